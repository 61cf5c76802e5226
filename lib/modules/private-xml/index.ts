import { defineModule, type HostContext, type IqRequest } from '../../core/module.ts';
import { parse, serialize, standAlone, xml, type Element } from '../../xml/index.ts';
import type { Jid } from '../../xmpp/jid.ts';
import { NS_BOOKMARKS_STORAGE, NS_PRIVATE } from '../../xmpp/ns.ts';
import { StanzaError } from '../../xmpp/stanza-error.ts';
import { BOOKMARK_LIST, type BookmarkList } from '../bookmarks/bookmarks.ts';

const KIND = 'private';
/** UTF-16 units of an element's name and namespace. */
const MAX_NAME = 1023;

interface PrivateXmlOptions {
  /** Bytes of one element. */
  readonly maxBytes: number;
  /** Elements of one account. */
  readonly maxElements: number;
}

/** Elements that clients keep for themselves. Bookmarks are kept where all bookmarks are. @spec XEP-0049 */
export default defineModule<PrivateXmlOptions>({
  name: 'private-xml',
  implements: [{ spec: 'XEP-0049', version: '1.2', status: 'complete' }],

  setup(host, options) {
    host.feature(NS_PRIVATE);
    host.accountFeature(NS_PRIVATE);
    host.iq('get', NS_PRIVATE, 'query', (request) => retrieve(host, request), 'account');
    host.iq('set', NS_PRIVATE, 'query', (request) => store(host, request, options), 'account');
  },
});

/** What was never stored is empty. @spec XEP-0049 §2.3 */
async function retrieve(host: HostContext, request: IqRequest): Promise<Element> {
  const account = ownerOf(request);
  const [wanted, ...others] = elementsOf(request);
  if (!wanted) throw new StanzaError('bad-request', 'which element is wanted?');
  if (others.length > 0) throw new StanzaError('not-acceptable', 'one element at a time');
  const found = await bookmarksFor(host, wanted)?.read(account);
  return xml('query', { xmlns: NS_PRIVATE }, found ?? (await stored(host, account, wanted)));
}

async function stored(host: HostContext, account: Jid, wanted: Element): Promise<Element> {
  const text = await host.store.documents.get(account.toString(), KIND, keyOf(wanted));
  const parsed = text === undefined ? undefined : parse(text);
  return parsed?.ok ? parsed.value : xml(wanted.getName(), { xmlns: wanted.getNS() });
}

/** @spec XEP-0049 §2.3 */
async function store(host: HostContext, request: IqRequest, options: PrivateXmlOptions): Promise<undefined> {
  const account = ownerOf(request);
  const elements = elementsOf(request);
  if (elements.length === 0) throw new StanzaError('not-acceptable', 'there is nothing to store');
  for (const element of elements) {
    const list = bookmarksFor(host, element);
    await (list ? list.write(account, element) : keep(host, account, element, options));
  }
  return undefined;
}

async function keep(host: HostContext, account: Jid, element: Element, options: PrivateXmlOptions): Promise<void> {
  const { maxBytes, maxElements } = options;
  const text = serialize(standAlone(element));
  if (Buffer.byteLength(text) > maxBytes) throw new StanzaError('not-acceptable', `at most ${maxBytes} bytes`);
  const document = { key: keyOf(element), text };
  const isKept = await host.store.documents.put(account.toString(), KIND, document, maxElements);
  if (!isKept) throw new StanzaError('resource-constraint', `at most ${maxElements} elements`);
}

/** @spec XEP-0049 §2.3 §4 */
function ownerOf({ account, isOwn }: IqRequest): Jid {
  if (!account || !isOwn) throw new StanzaError('forbidden');
  return account;
}

/** Each has a namespace of its own. */
function elementsOf({ payload }: IqRequest): Element[] {
  const elements = payload.getChildElements();
  const isUnnamed = elements.some((element) => ['', NS_PRIVATE].includes(element.getNS()));
  if (isUnnamed || elements.some((element) => keyOf(element).length > MAX_NAME))
    throw new StanzaError('not-acceptable');
  return elements;
}

function keyOf(element: Element): string {
  return `${element.getName()} ${element.getNS()}`;
}

/** @spec XEP-0402 §5.3 */
function bookmarksFor(host: HostContext, element: Element): BookmarkList | undefined {
  const isList = element.getName() === 'storage' && element.getNS() === NS_BOOKMARKS_STORAGE;
  return isList ? host.service(BOOKMARK_LIST) : undefined;
}
