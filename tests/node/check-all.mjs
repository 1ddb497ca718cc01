// SPDX-License-Identifier: MIT
// Runs a check on each file named on the command line, and says how each went.
import { basename } from "node:path";

export function checkAll(check) {
  for (const path of process.argv.slice(2)) {
    try {
      console.log(`${basename(path)}: ${check(path)}`);
    } catch (error) {
      process.exitCode = 1;
      console.log(`FAIL: ${basename(path)}: ${error.stack}`);
    }
  }
}
