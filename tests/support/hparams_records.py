"""Records of the hparams plugin, and of the metrics beside them."""

from __future__ import annotations

from typing import Any

import event_files as ef

from tbwidget.events.protos import HParamsPluginData

START, END = "_hparams_/session_start_info", "_hparams_/session_end_info"
EXPERIMENT = "_hparams_/experiment"
SUCCESS, FAILURE, RUNNING = 1, 2, 3


def proto(value: Any) -> dict[str, Any]:
    """Return the fields of a `google.protobuf.Value`."""
    if isinstance(value, list):
        return {"list_value": {"values": [proto(item) for item in value]}}
    if value is None:
        return {"null_value": 0}
    name = {bool: "bool_value", str: "string_value"}.get(type(value), "number_value")
    return {name: value}


def message(tag: str, **fields: Any) -> bytes:
    """Return the record of one message of the plugin, which lies in the metadata alone."""
    content = HParamsPluginData(**fields).SerializeToString()
    return ef.record(ef.summary(0, {"tag": tag, "metadata": ef.plugin("hparams", content)}))


def session(hparams: dict[str, Any], **fields: Any) -> bytes:
    held = {name: proto(value) for name, value in hparams.items()}
    return message(START, session_start_info={"hparams": held, **fields})


def end(status: int = SUCCESS, time: float = 0.0) -> bytes:
    return message(END, session_end_info={"status": status, "end_time_secs": time})


def experiment(hparams: list[str], metrics: list[tuple[str, str]]) -> bytes:
    return message(
        EXPERIMENT,
        experiment={
            "hparam_infos": [{"name": name} for name in hparams],
            "metric_infos": [{"name": {"group": group, "tag": tag}} for group, tag in metrics],
        },
    )


def scalar(value: float, tag: str = "loss", step: int = 0) -> bytes:
    return ef.record(ef.scalar(step, value, tag))
