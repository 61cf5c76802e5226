import type { EpochMillis } from '../../base/time.ts';
import { xml, type Element } from '../../xml/index.ts';
import type { Jid } from '../jid.ts';
import { NS_DELAY } from '../ns.ts';
import { formatDateTime } from './date-time.ts';

/** Says when and where a stanza was delayed. @spec XEP-0203 §2 */
export function delay(from: Jid, at: EpochMillis): Element {
  return xml('delay', { xmlns: NS_DELAY, from: from.toString(), stamp: formatDateTime(at) });
}
