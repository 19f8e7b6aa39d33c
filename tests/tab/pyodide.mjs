// Runs a Python file in Pyodide: node pyodide.mjs PYODIDE SITE-PACKAGES PROJECT FILE
import { readFileSync } from "node:fs";
const [pyodide, site, project, file] = process.argv.slice(2);
const { loadPyodide } = await import(`${pyodide}/pyodide.mjs`);
const python = await loadPyodide({ indexURL: pyodide });
python.mountNodeFS("/site", site);
python.mountNodeFS("/project", project);
python.runPython("import sys; sys.path[:0] = ['/project']; sys.path.append('/site')");
python.runPython(readFileSync(file, "utf-8"));
