// Bundles the front end into tbwidget/static/. `--watch` rebuilds at each change.
import { statSync } from "node:fs";
import { readFile, writeFile } from "node:fs/promises";
import { dirname, join, relative, sep } from "node:path";
import { fileURLToPath } from "node:url";
import * as esbuild from "esbuild";

const ROOT = dirname(dirname(fileURLToPath(import.meta.url)));
const SOURCE = join(ROOT, "js/src");
const BUDGETS = { runtime: 250_000, stub: 2_000, markdown: 90_000, report: 12_000 };
/** Tabs with a bundle of their own, loaded when there is use for it, and the most bytes of each. */
const TABS = { audio: 30_000, images: 30_000, tensors: 30_000, text: 30_000 };

/** Stylesheets as texts, without what only their readers need. */
const styles = {
  name: "styles",
  setup(build) {
    build.onLoad({ filter: /\.css$/ }, async ({ path }) => {
      const { code } = await esbuild.transform(await readFile(path, "utf8"), {
        loader: "css",
        minify: true,
        target: "es2022",
      });
      return { contents: code, loader: "text" };
    });
  },
};

const options = {
  absWorkingDir: ROOT,
  outdir: "tbwidget/static",
  bundle: true,
  format: "esm",
  target: "es2022",
  minify: true,
  sourcemap: false,
  legalComments: "none",
  jsx: "automatic",
  jsxImportSource: "preact",
  logLevel: "warning",
};

/** Leave out of a tab's bundle what is not in its folder, and note in `lent` what that is. */
function borrowing(tab, lent) {
  const own = join(SOURCE, "dashboards", tab) + sep;
  return {
    name: "borrowing",
    setup(build) {
      build.onResolve({ filter: /./ }, async ({ path, kind, resolveDir, pluginData }) => {
        if (kind === "entry-point" || path.endsWith(".css") || pluginData === "asked") return;
        const asked = { kind, resolveDir, pluginData: "asked" };
        const found = await build.resolve(path, asked);
        if (found.errors.length || found.path.startsWith(own)) return found;
        const name = path.startsWith(".")
          ? relative(SOURCE, found.path).replaceAll(sep, "/")
          : path;
        lent.set(name, path.startsWith(".") ? `./${name}` : path);
        return { path: name, external: true };
      });
    },
  };
}

/** Build the tabs' bundles: functions that are given `require`. */
async function buildTabs() {
  const lent = new Map();
  const inputs = [];
  for (const tab of Object.keys(TABS)) {
    const { metafile } = await esbuild.build({
      ...options,
      entryPoints: { [tab]: `js/src/dashboards/${tab}/module.ts` },
      format: "cjs",
      banner: { js: "export default (require)=>{const module={exports:{}};" },
      footer: { js: "return module.exports}" },
      metafile: true,
      plugins: [styles, borrowing(tab, lent)],
    });
    inputs.push(...Object.keys(metafile.inputs).map((path) => join(ROOT, path)));
  }
  return { lent, inputs };
}

/** `js/src/shared.ts` as what tabs' bundles need of the main one. */
const lending = {
  name: "lending",
  setup(build) {
    build.onLoad({ filter: /src[\\/]shared\.ts$/ }, async () => {
      const { lent, inputs } = await buildTabs();
      const paths = [...lent].sort();
      const imports = paths.map(([, path], i) => `import * as _${i} from "${path}";`);
      const entries = paths.map(([name], i) => `"${name}": _${i}`);
      const contents = `${imports.join("\n")}\nexport default { ${entries.join(", ")} };`;
      return { contents, loader: "ts", resolveDir: SOURCE, watchFiles: inputs };
    });
  },
};

const main = {
  ...options,
  entryPoints: Object.keys(BUDGETS).map((name) => `js/src/${name}.ts`),
  plugins: [styles, lending],
};

/** JupyterLab's sidebar: a prebuilt extension, which needs no builder of JupyterLab's. */
const EXTENSION = "tbwidget/labextension";
const SIDEBAR_BUDGET = 30_000;
const sidebar = {
  ...options,
  entryPoints: { remoteEntry: "js/src/sidebar/plugin.ts" },
  outdir: `${EXTENSION}/static`,
  format: "iife",
  plugins: [styles],
};

async function describeExtension() {
  const python = await readFile(join(ROOT, "tbwidget/__init__.py"), "utf8");
  const [, version] = /^__version__ = "(.*)"$/m.exec(python);
  const description = {
    name: "tbwidget",
    version,
    description: "TensorBoard in the side area of JupyterLab",
    license: "Apache-2.0",
    jupyterlab: {
      extension: true,
      _build: { load: "static/remoteEntry.js", extension: "./extension" },
    },
  };
  const installed = { packageManager: "python", packageName: "tbwidget" };
  const files = { "package.json": description, "install.json": installed };
  for (const [name, content] of Object.entries(files))
    await writeFile(join(ROOT, EXTENSION, name), `${JSON.stringify(content, null, 2)}\n`);
}

if (process.argv.includes("--watch")) {
  for (const one of [main, sidebar]) {
    const context = await esbuild.context({ ...one, logLevel: "info" });
    await context.watch();
  }
  await describeExtension();
} else {
  await esbuild.build(main);
  await esbuild.build(sidebar);
  await describeExtension();
  const built = { ...BUDGETS, ...TABS, "../labextension/static/remoteEntry": SIDEBAR_BUDGET };
  for (const [name, budget] of Object.entries(built)) {
    const { size } = statSync(join(ROOT, `tbwidget/static/${name}.js`));
    console.log(`${name}.js: ${size} of ${budget} bytes`);
    if (size > budget) {
      console.error(`${name}.js is over its budget by ${size - budget} bytes`);
      process.exitCode = 1;
    }
  }
}
