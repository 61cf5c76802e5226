import type { EpochMillis } from '../../base/time.ts';
import { xml, type Element } from '../../xml/index.ts';
import { NS_DELAY, NS_FORWARD } from '../ns.ts';
import { shallowCopy } from '../stanza.ts';
import { formatDateTime } from './date-time.ts';

/**
 * A stanza as the content of another one. It keeps its own namespace.
 *
 * @param at when the server received it, if that is to be told
 * @spec XEP-0297 §3.2
 */
export function forwarded(stanza: Element, at?: EpochMillis): Element {
  const wrapper = xml('forwarded', { xmlns: NS_FORWARD });
  if (at !== undefined) wrapper.append(xml('delay', { xmlns: NS_DELAY, stamp: formatDateTime(at) }));
  return wrapper.append(shallowCopy(stanza));
}
