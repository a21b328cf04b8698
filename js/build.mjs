// Bundles the front end into tbwidget/static/. `--watch` rebuilds at each change.
import { statSync } from "node:fs";
import { readFile } from "node:fs/promises";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import * as esbuild from "esbuild";

const ROOT = dirname(dirname(fileURLToPath(import.meta.url)));
const BUDGETS = { runtime: 250_000, stub: 2_000, markdown: 90_000 };

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
  entryPoints: Object.keys(BUDGETS).map((name) => `js/src/${name}.ts`),
  outdir: "tbwidget/static",
  bundle: true,
  format: "esm",
  target: "es2022",
  minify: true,
  sourcemap: false,
  legalComments: "none",
  jsx: "automatic",
  jsxImportSource: "preact",
  plugins: [styles],
  logLevel: "info",
};

if (process.argv.includes("--watch")) {
  const context = await esbuild.context(options);
  await context.watch();
} else {
  await esbuild.build({ ...options, logLevel: "warning" });
  for (const [name, budget] of Object.entries(BUDGETS)) {
    const { size } = statSync(join(ROOT, `tbwidget/static/${name}.js`));
    console.log(`${name}.js: ${size} of ${budget} bytes`);
    if (size > budget) {
      console.error(`${name}.js is over its budget by ${size - budget} bytes`);
      process.exitCode = 1;
    }
  }
}
