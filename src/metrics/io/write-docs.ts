/**
 * Writes docs/metrics.md: run by hand after the catalog changed.
 */
import { writeFileSync } from "node:fs";
import { renderMetricsPage } from "../docs.ts";

writeFileSync(new URL("../../../docs/metrics.md", import.meta.url), renderMetricsPage());
