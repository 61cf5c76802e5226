import { xml } from '../../lib/xml/index.ts';
import type { Payload } from '../../lib/xmpp/transport.ts';

/** The id of what the stream says first. */
export const FEATURES = 'f';

const ELEMENT = xml('message');
const NOBODY = (): void => {};
const PAYLOADS = new Map(
  [FEATURES, 's0', 's1', 's2', 's3'].map((id): [string, Payload] => [
    id,
    { xml: `<m id='${id}'/>`, element: ELEMENT, arrived: NOBODY },
  ]),
);

/** The payloads of all worlds, made once. */
export function payload(id: string): Payload {
  const made = PAYLOADS.get(id);
  if (!made) throw new RangeError(id);
  return made;
}

/** Ids of the payloads in an answer. */
export function idsIn(text: string): string[] {
  const ids: string[] = [];
  for (let at = text.indexOf('<m id='); at >= 0; at = text.indexOf('<m id=', at + 1))
    ids.push(text.slice(at + 7, text.indexOf("'", at + 7)));
  return ids;
}
