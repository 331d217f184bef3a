import { BinaryReader, WireType } from "@bufbuild/protobuf/wire";

/** How one value is read. */
interface ScalarReader {
  readonly wire: WireType;
  read(reader: BinaryReader): unknown;
}

/** Values that are one text or number in JSON, by the name that `kubernetes-messages.ts` gives them. */
export const scalarReaders: ReadonlyMap<string, ScalarReader> = new Map<string, ScalarReader>([
  ["string", { wire: WireType.LengthDelimited, read: (reader) => reader.string(true) }],
  ["bytes", { wire: WireType.LengthDelimited, read: (reader) => Buffer.from(reader.bytes()).toString("base64") }],
  ["bool", { wire: WireType.Varint, read: (reader) => reader.bool() }],
  ["int", { wire: WireType.Varint, read: (reader) => Number(reader.int64()) }],
  ["time", { wire: WireType.LengthDelimited, read: (reader) => time(numbered(reader.bytes()), 0) }],
  ["microtime", { wire: WireType.LengthDelimited, read: (reader) => time(numbered(reader.bytes()), 6) }],
  ["quantity", { wire: WireType.LengthDelimited, read: (reader) => numbered(reader.bytes()).get(1) ?? "0" }],
  ["intorstring", { wire: WireType.LengthDelimited, read: (reader) => numberOrText(numbered(reader.bytes())) }],
  ["json", { wire: WireType.LengthDelimited, read: (reader) => parsed(numbered(reader.bytes()).get(1)) }],
]);

/** The fields of a message of numbers and texts, by number; those of other types are left out. */
function numbered(bytes: Uint8Array): ReadonlyMap<number, number | string> {
  const reader = new BinaryReader(bytes);
  const values = new Map<number, number | string>();
  while (reader.pos < reader.len) {
    const [number, wire] = reader.tag();
    if (wire === WireType.Varint) values.set(number, Number(reader.int64()));
    else if (wire === WireType.LengthDelimited) values.set(number, reader.string(true));
    else reader.skip(wire, number);
  }
  return values;
}

/** Seconds and nanoseconds since 1970 as RFC 3339; undefined for the time that was not set. @param digits of the fraction of a second */
function time(fields: ReadonlyMap<number, number | string>, digits: number): string | undefined {
  if (fields.size === 0) return undefined;
  const [seconds, nanoseconds] = [Number(fields.get(1) ?? 0), Number(fields.get(2) ?? 0)];
  const text = new Date(seconds * 1000).toISOString().replace(/\.\d+Z$/, "");
  const fraction = String(nanoseconds).padStart(9, "0").slice(0, digits);
  return `${text}${digits === 0 ? "" : `.${fraction}`}Z`;
}

function numberOrText(fields: ReadonlyMap<number, number | string>): number | string {
  const isText = fields.get(1) === 1;
  return isText ? String(fields.get(3) ?? "") : Number(fields.get(2) ?? 0);
}

function parsed(text: number | string | undefined): unknown {
  return text === undefined ? undefined : (JSON.parse(String(text)) as unknown);
}
