// Writes src/api/wire.ts from the component schemas of api/openapi.yaml: `npm run types`. With --check it writes nothing
// and fails when the file is out of date (part of `npm run check`). It knows the part of JSON Schema that the document
// uses and refuses anything else, so that nothing is silently left out. (openapi-typescript needs the compiler API of
// TypeScript 5; ours is 7.)
import { readFileSync, writeFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { parse } from "yaml";

const source = fileURLToPath(new URL("../../api/openapi.yaml", import.meta.url));
const target = fileURLToPath(new URL("../src/api/wire.ts", import.meta.url));

const known = new Set([
  ...["$ref", "type", "enum", "anyOf", "allOf", "required", "properties", "additionalProperties", "items", "description", "default"],
  // What TypeScript cannot say is left to the server.
  ...["format", "minItems", "maxItems", "minimum", "maximum", "minLength", "maxLength", "pattern"],
]);
const scalars = { string: "string", integer: "number", number: "number", boolean: "boolean", null: "null" };

const nameOf = (reference) => {
  const found = /^#\/components\/schemas\/(\w+)$/.exec(reference);
  if (!found) throw new Error(`a reference that is no schema: ${reference}`);
  return found[1];
};
const key = (name) => (/^[A-Za-z_]\w*$/.test(name) ? name : JSON.stringify(name));
const comment = (schema, pad) => (schema.description ? `${pad}/** ${schema.description} */\n` : "");

function objectOf(schema, pad, where) {
  const names = Object.keys(schema.properties ?? {});
  if (names.length === 0) {
    const values = schema.additionalProperties;
    return values && typeof values === "object" ? `Record<string, ${typeOf(values, pad, where)}>` : "Record<string, unknown>";
  }
  const required = new Set(schema.required ?? []);
  for (const name of required) if (!names.includes(name)) throw new Error(`${where}: required ${name} is not described`);
  const inner = `${pad}  `;
  const lines = names.map((name) => {
    const property = schema.properties[name];
    return `${comment(property, inner)}${inner}${key(name)}${required.has(name) ? "" : "?"}: ${typeOf(property, inner, `${where}.${name}`)};\n`;
  });
  return `{\n${lines.join("")}${pad}}`;
}

function arrayOf(schema, pad, where) {
  const item = typeOf(schema.items ?? {}, pad, `${where}[]`);
  const { minItems, maxItems } = schema;
  if (minItems !== undefined && minItems === maxItems && minItems < 5) return `[${Array(minItems).fill(item).join(", ")}]`;
  return / [|&] /.test(item) ? `(${item})[]` : `${item}[]`;
}

function typeOf(schema, pad, where) {
  for (const name of Object.keys(schema)) if (!known.has(name)) throw new Error(`${where}: ${name} is not understood`);
  if (schema.$ref) return nameOf(schema.$ref);
  if (schema.anyOf) return schema.anyOf.map((one, index) => typeOf(one, pad, `${where}|${index}`)).join(" | ");
  if (schema.allOf) return schema.allOf.map((one, index) => typeOf(one, pad, `${where}&${index}`)).join(" & ");
  if (schema.enum) return schema.enum.map((value) => JSON.stringify(value)).join(" | ");
  const types = schema.type === undefined ? [] : [schema.type].flat();
  if (types.length === 0) return "unknown";
  return types
    .map((type) => {
      if (type === "object") return objectOf(schema, pad, where);
      if (type === "array") return arrayOf(schema, pad, where);
      if (!scalars[type]) throw new Error(`${where}: type ${type} is not understood`);
      return scalars[type];
    })
    .join(" | ");
}

export function wireTypes(text) {
  const { schemas } = parse(text).components;
  const parts = Object.entries(schemas).map(([name, schema]) => {
    const type = typeOf(schema, "", name);
    const plain = type.startsWith("{\n") && schema.type === "object";
    return `${comment(schema, "")}export ${plain ? `interface ${name} ${type}` : `type ${name} = ${type};`}\n`;
  });
  return `// Generated from api/openapi.yaml by tools/wire-types.mjs (npm run types). Not to be edited.\n\n${parts.join("\n")}`;
}

const fresh = wireTypes(readFileSync(source, "utf8"));
if (process.argv.includes("--check")) {
  let present = "";
  try {
    present = readFileSync(target, "utf8");
  } catch {
    // Not there: out of date as well.
  }
  if (present !== fresh) {
    console.error("src/api/wire.ts is not what api/openapi.yaml says: npm run types");
    process.exit(1);
  }
} else {
  writeFileSync(target, fresh);
}
