import type { HostContext, IqRequest } from '../../core/module.ts';
import { StateKey } from '../../core/keys.ts';
import type { ArchivedMessage, ArchivePage } from '../../storage/store.ts';
import { parse, xml, type Element } from '../../xml/index.ts';
import type { Jid } from '../../xmpp/jid.ts';
import { NS_MAM } from '../../xmpp/ns.ts';
import { forwarded } from '../../xmpp/payloads/forwarded.ts';
import { pageSet } from '../../xmpp/payloads/rsm.ts';
import { Stanza } from '../../xmpp/stanza.ts';
import type { MamQuery } from './query.ts';

/** UTF-16 units of the messages of one page. There is always one message. */
const MAX_PAGE_LENGTH = 1024 * 1024;
/** Messages that a session was shown before it became available. */
const MAX_SHOWN = 10_000;

/** Makes of a kept message what one client may see of it. */
export type View = (element: Element, message: ArchivedMessage) => Element;

/** The ids of messages that a client was shown before it became available. */
export const SHOWN = new StateKey<Set<string>>('archive-shown', () => new Set());

export interface Answer {
  readonly owner: Jid;
  readonly request: IqRequest;
  readonly query: MamQuery;
  readonly page: ArchivePage;
  readonly view: View | undefined;
}

/** Sends the messages of a page to who asked for it, and returns the end of the answer. @spec XEP-0313 §4.2 */
export async function sendPage(host: HostContext, answer: Answer): Promise<Element> {
  const { query, request } = answer;
  const page = shortened(answer.page, query.isBackwards);
  for (const message of query.isFlipped ? page.messages.toReversed() : page.messages) {
    const result = resultOf(answer, message);
    if (!result) host.log.error('archive.message.unreadable', { owner: answer.owner.toString(), id: message.id });
    else if (request.session) request.session.send(result);
    else await host.send(result);
  }
  noteShown(request, page);
  const { isComplete, count, index } = page;
  const [first, last] = [page.messages[0]?.id, page.messages.at(-1)?.id];
  const complete = isComplete ? 'true' : undefined;
  return xml('fin', { xmlns: NS_MAM, complete }, pageSet({ first, last, index, count }));
}

/** @spec XEP-0313 §4.2 */
function resultOf({ owner, request, query, view }: Answer, message: ArchivedMessage): Stanza | undefined {
  const parsed = parse(message.xml);
  if (!parsed.ok) return undefined;
  const content = forwarded(view ? view(parsed.value, message) : parsed.value, message.at);
  const element = xml('result', { xmlns: NS_MAM, queryid: query.queryId, id: message.id }, content);
  const result = new Stanza(xml('message', {}, element), owner, request.from);
  // Who asked is gone, and nobody else did.
  result.returned = () => true;
  return result;
}

/** What is too long for one answer is left for the next. @spec XEP-0313 §4.3.1 */
function shortened(page: ArchivePage, isBackwards: boolean): ArchivePage {
  const nearestFirst = isBackwards ? page.messages.toReversed() : page.messages;
  let length = 0;
  const cut = nearestFirst.findIndex(({ xml: { length: more } }, place) => {
    length += more;
    return place > 0 && length > MAX_PAGE_LENGTH;
  });
  if (cut < 0) return page;
  const kept = nearestFirst.slice(0, cut);
  const skipped = isBackwards ? page.messages.length - cut : 0;
  const index = page.index === undefined ? undefined : page.index + skipped;
  return { ...page, messages: isBackwards ? kept.toReversed() : kept, isComplete: false, index };
}

/** So that what waits for the account is not shown to this client again. @spec XEP-0313 §6.1.1 */
function noteShown({ session, isOwn }: IqRequest, { messages }: ArchivePage): void {
  if (!session || !isOwn || session.isAvailable) return;
  const shown = session.state(SHOWN);
  for (const { id } of messages) if (shown.size < MAX_SHOWN) shown.add(id);
}
