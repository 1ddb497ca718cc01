// SPDX-License-Identifier: MIT
// Reads what sink.vspan.tree prints with format=json: one tree a line.
import { readFileSync } from "node:fs";

// Times in ns are more than a JavaScript number holds: long numbers become strings of digits.
const TOKEN = /"(?:[^"\\]|\\.)*"|-?\d{16,}(?![.\deE])/g;

export function parseLine(line) {
  return JSON.parse(line.replace(TOKEN, (token) => (token[0] === '"' ? token : `"${token}"`)));
}

// All nodes of the trees, each with its `parent` node and `root`, without the nesting.
export function readNodes(path) {
  const nodes = [];
  for (const line of readFileSync(path, "utf8").split("\n").filter(Boolean)) {
    const root = parseLine(line);
    const open = ["span", "event", "lost"].includes(root.type) ? [[root, undefined]] : [];
    while (open.length) {
      const [node, within] = open.pop();
      nodes.push(Object.assign(node, { within, root, start: BigInt(node.start) }));
      for (const child of (node.children ?? []).toReversed())
        open.push([child, node]);
    }
  }
  return nodes;
}
