import { parse, type Element, type ParseOptions, type XmlError } from '../../lib/xml/index.ts';

/** The element of a document that must be good. */
export function read(text: string, options?: ParseOptions): Element {
  const parsed = parse(text, options);
  if (!parsed.ok) throw new Error(`${parsed.error.reason} at ${parsed.error.offset} of ${text.slice(0, 200)}`);
  return parsed.value;
}

/** The refusal of a document that must be bad. */
export function refusal(text: string, options?: ParseOptions): XmlError {
  const parsed = parse(text, options);
  if (parsed.ok) throw new Error(`was taken: ${text.slice(0, 200)}`);
  return parsed.error;
}
