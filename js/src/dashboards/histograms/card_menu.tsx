// What a card of histograms offers beside its chart: files, and the buckets as they were written.
import { useSignal } from "@preact/signals";
import { saveFile } from "../scalars/card_export";
import type { CardParts } from "./plot";
import { csvOfBuckets, csvOfSources } from "./table";

export function CardMenu({ parts }: { parts: CardParts }) {
  const { tag, plots, model, view } = parts;
  const failure = useSignal("");
  const name = tag[1].replace(/[^\w.-]+/g, "_") || "histogram";
  const sources = () => [...plots.values()].flatMap((plot) => plot.sources);
  const attempt = (action: () => Promise<void> | void) => async () => {
    failure.value = "";
    try {
      await action();
    } catch (error) {
      failure.value = error instanceof Error ? error.message : String(error);
    }
  };
  const each = (ending: string, make: (title: string, at: number) => Promise<Blob> | Blob) =>
    attempt(async () => {
      const charts = [...plots.values()];
      for (const [at, { sources }] of charts.entries()) {
        const run = charts.length > 1 ? `_${sources[0]?.name.replace(/[^\w.-]+/g, "_")}` : "";
        saveFile(`${name}${run}.${ending}`, await make(tag[1], at));
      }
    });
  const step = view.session.settings.step.value;
  return (
    <div class="settings">
      <fieldset class="files" aria-label="Save this card">
        <span>Save</span>
        <button
          type="button"
          onClick={each("png", (_title, at) => {
            const chart = [...plots.values()][at]?.chart;
            if (!chart) throw new Error("the chart is not drawn");
            return chart.toPng();
          })}
        >
          PNG
        </button>
        {model.mode.value !== "heatmap" && (
          <button
            type="button"
            onClick={each("svg", (title, at) => {
              const svg = [...plots.values()][at]?.chart?.toSvg(title) ?? "";
              return new Blob([svg], { type: "image/svg+xml" });
            })}
          >
            SVG
          </button>
        )}
        <button
          type="button"
          title="The steps and bins that are shown"
          onClick={attempt(() => {
            const csv = csvOfSources(sources(), tag[1]);
            saveFile(`${name}.csv`, new Blob([csv], { type: "text/csv" }));
          })}
        >
          CSV
        </button>
        <button
          type="button"
          title={`The buckets as written, of ${step === null ? "the last step" : `step ${step}`}`}
          onClick={attempt(async () => {
            const runs = model.runs(tag);
            const found = await Promise.all(
              runs.map(async (run) => ({
                run: run.name,
                ...(await model.buckets(run.name, tag[1], step ?? Number.MAX_VALUE)),
              })),
            );
            const csv = csvOfBuckets(found, tag[1]);
            saveFile(`${name}_buckets.csv`, new Blob([csv], { type: "text/csv" }));
          })}
        >
          Buckets
        </button>
      </fieldset>
      {failure.value && <p role="alert">{failure.value}</p>}
    </div>
  );
}
