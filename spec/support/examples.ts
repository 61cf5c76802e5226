import { expect } from 'chai';
import { equal, type Element } from '../../lib/xml/index.ts';
import { read } from './read-xml.ts';

/** Text with other values for some attributes of the wrapper, as our session needs them. */
export function withAttributes(example: string, values: Readonly<Record<string, string | number>>): string {
  return Object.entries(values).reduce(
    (text, [name, value]) => text.replace(new RegExp(`(\\s${name}=')[^']*`), `$1${value}`),
    example,
  );
}

/**
 * Compares an answer with an example: each difference has to be explained, and each explanation has to
 * have its difference. `+name` is an attribute that only the answer has, `-name` one that only the
 * example has, `name` one with another value; `payloads` is what is inside.
 */
export function sameBut(answer: Element, example: string, reasons: Readonly<Record<string, string>> = {}): void {
  const wanted = read(example);
  const differences = [...attributeDifferences(answer, wanted)];
  if (!samePayloads(answer, wanted)) differences.push('payloads');
  expect(differences.sort(), answer.toString()).to.deep.equal(Object.keys(reasons).sort());
}

function* attributeDifferences(answer: Element, wanted: Element): Iterable<string> {
  for (const [name, value] of Object.entries(wanted.attrs)) {
    if (answer.attrs[name] === undefined) yield `-${name}`;
    else if (answer.attrs[name] !== value) yield name;
  }
  for (const name of Object.keys(answer.attrs)) if (wanted.attrs[name] === undefined) yield `+${name}`;
}

/** White space between payloads is for the reader of the document. */
function samePayloads(answer: Element, wanted: Element): boolean {
  const [ours, theirs] = [answer.getChildElements(), wanted.getChildElements()];
  return ours.length === theirs.length && ours.every((child, index) => equal(child, tidy(theirs[index] ?? child)));
}

function tidy(element: Element): Element {
  const hasElements = element.getChildElements().length > 0;
  if (hasElements) element.children = element.children.filter((child) => typeof child !== 'string');
  for (const child of element.getChildElements()) tidy(child);
  return element;
}
