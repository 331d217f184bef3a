import { BinaryReader, WireType } from "@bufbuild/protobuf/wire";
import { type MessageField, messageFields } from "./message-fields.ts";
import { scalarReaders } from "./scalar-values.ts";

type Json = Record<string, unknown>;

/**
 * Reads one of Kubernetes' messages. Fields that are not known are skipped: newer clients know more.
 * @param message `core/v1.Pod`
 * @param into what earlier fields of the same object said; the same field twice goes on, as protobuf wants it
 * @returns the object as Go's types would write it as JSON, but for nulls
 * @throws Error when the bytes are none of it
 */
export function decodeMessage(bytes: Uint8Array, message: string, into: Json = {}): Json {
  const fields = messageFields(message);
  const reader = new BinaryReader(bytes);
  while (reader.pos < reader.len) {
    const [number, wire] = reader.tag();
    const field = fields?.get(number);
    if (field === undefined) reader.skip(wire, number);
    else readField(reader, wire, field, into);
  }
  return into;
}

function readField(reader: BinaryReader, wire: WireType, field: MessageField, into: Json): void {
  const { name, type, shape, keepsZero } = field;
  if (name === undefined) {
    decodeMessage(delimited(reader, wire, type), type, into);
  } else if (shape === "list") {
    into[name] ??= [];
    (into[name] as unknown[]).push(...readItems(reader, wire, field));
  } else if (shape === "map") {
    into[name] ??= {};
    readEntry(delimited(reader, wire, name), type, into[name] as Json);
  } else {
    const value = readValue(reader, wire, field, into[name] as Json | undefined);
    if (value === undefined || (!keepsZero && (value === "" || value === 0 || value === false))) delete into[name];
    else into[name] = value;
  }
}

function readValue(reader: BinaryReader, wire: WireType, { name, type }: MessageField, earlier?: Json): unknown {
  const scalar = scalarReaders.get(type);
  if (scalar === undefined) return decodeMessage(delimited(reader, wire, name ?? type), type, earlier);
  requireWire(wire, scalar.wire, name ?? type);
  return scalar.read(reader);
}

/** One item, or all of them where numbers stand packed in one field. */
function readItems(reader: BinaryReader, wire: WireType, field: MessageField): unknown[] {
  const scalar = scalarReaders.get(field.type);
  if (scalar?.wire !== WireType.Varint || wire === WireType.Varint) return [readValue(reader, wire, field)];
  const packed = new BinaryReader(delimited(reader, wire, field.name ?? field.type));
  const items: unknown[] = [];
  while (packed.pos < packed.len) items.push(scalar.read(packed));
  return items;
}

/** An entry of a map is a message of a key and a value. */
function readEntry(bytes: Uint8Array, type: string, into: Json): void {
  const reader = new BinaryReader(bytes);
  let key = "";
  let value: unknown = type === "quantity" ? "0" : "";
  while (reader.pos < reader.len) {
    const [number, wire] = reader.tag();
    if (number > 2) reader.skip(wire, number);
    else if (number === 1)
      key = String(readValue(reader, wire, { name: "key", type: "string", shape: "one", keepsZero: true }));
    else value = readValue(reader, wire, { name: "value", type, shape: "one", keepsZero: true });
  }
  // Not by assignment: a key may be __proto__.
  Object.defineProperty(into, key, { value, enumerable: true, configurable: true, writable: true });
}

function delimited(reader: BinaryReader, wire: WireType, name: string): Uint8Array {
  requireWire(wire, WireType.LengthDelimited, name);
  return reader.bytes();
}

function requireWire(found: WireType, expected: WireType, name: string): void {
  if (found !== expected) throw new Error(`${name}: expected wire type ${expected}, found ${found}`);
}
