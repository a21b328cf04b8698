// Tabs whose code comes in a bundle of its own: a few words stand there until it is here.
import { useEffect } from "preact/hooks";
import type { DashboardComponent } from "../board/view";
import { Empty } from "../ui/controls";
import { loadModule, moduleSignal } from "../wire/modules";

interface TabModule {
  Panel: DashboardComponent;
}

/** The tab `kind`, whose bundle has its name. */
export function arriving(kind: string): DashboardComponent {
  return function Arriving(props) {
    const module = moduleSignal<TabModule>(kind).value;
    useEffect(() => {
      if (!module) void loadModule(props.channel, kind);
    }, [module, props.channel]);
    return module ? <module.Panel {...props} /> : <Empty title="Loading this tab" />;
  };
}
