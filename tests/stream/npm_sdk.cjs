// Reads events as JSON and prints what the npm SDK hands to a producer for each, in both modes.
// A producer takes text or bytes: an object as data is what a program makes JSON of.
"use strict";
const { readFileSync } = require("node:fs");
const { CloudEvent, Kafka } = require("cloudevents");

function bytesOf(value) {
  if (value === undefined || value === null) return null;
  if (value instanceof Uint8Array) return Buffer.from(value).toString("base64");
  const text = typeof value === "object" ? JSON.stringify(value) : String(value);
  return Buffer.from(text).toString("base64");
}

const written = {};
for (const [name, [attributes, data]] of Object.entries(JSON.parse(readFileSync(0, "utf8")))) {
  const given = typeof data === "string" ? Uint8Array.from(Buffer.from(data)) : data;
  const event = new CloudEvent({ ...attributes, ...(given === null ? {} : { data: given }) });
  for (const mode of ["binary", "structured"]) {
    const { key, value, headers } = Kafka[mode](event);
    written[`${name}, ${mode}`] = {
      key: bytesOf(key),
      value: bytesOf(value),
      headers: Object.entries(headers).map(([header, text]) => [header, bytesOf(text)]),
    };
  }
}
process.stdout.write(JSON.stringify(written));
