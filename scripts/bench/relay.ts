/** Sends one answer; what it is made of is none of the relay's business. */
type Answer = (body: string) => void;

interface Guest {
  readonly jid: string;
  readonly mail: string[];
  held: Answer | undefined;
}

const BODY = "<body xmlns='http://jabber.org/protocol/httpbind' xmlns:stream='http://etherx.jabber.org/streams'>";
const EMPTY = "<body xmlns='http://jabber.org/protocol/httpbind'/>";
const FEATURES =
  "<stream:features><mechanisms xmlns='urn:ietf:params:xml:ns:xmpp-sasl'><mechanism>ANONYMOUS</mechanism></mechanisms>" +
  "<bind xmlns='urn:ietf:params:xml:ns:xmpp-bind'/></stream:features></body>";
const SUCCESS = `${BODY}<success xmlns='urn:ietf:params:xml:ns:xmpp-sasl'/></body>`;
const MESSAGE = '<message ';
const MESSAGE_END = '</message>';

/**
 * The floor: answers the requests of the load generator as a BOSH server would, and holds them, without
 * XML, request ids, checks, limits and time. No server can do with less.
 */
export class Relay {
  readonly #bySid = new Map<string, Guest>();
  readonly #byJid = new Map<string, Guest>();

  receive(request: string, answer: Answer): void {
    const guest = this.#bySid.get(between(request, " sid='", "'"));
    if (!guest) answer(this.#create());
    else if (request.includes('<message ')) this.#relay(request, guest, answer);
    else if (request.includes('<auth')) answer(SUCCESS);
    else if (request.includes('restart=')) answer(BODY + FEATURES);
    else if (request.includes('<iq')) answer(bound(guest));
    else hold(guest, answer);
  }

  #create(): string {
    const sid = `session-${this.#bySid.size}`;
    const jid = `guest-${this.#bySid.size}@anon.localhost/somewhere-in-between`;
    const guest = { jid, mail: [], held: undefined };
    this.#bySid.set(sid, guest);
    this.#byJid.set(jid, guest);
    const terms = `<body sid='${sid}' wait='60' requests='2' hold='1' inactivity='60' polling='5' `;
    return BODY.replace('<body ', terms) + FEATURES;
  }

  #relay(request: string, from: Guest, answer: Answer): void {
    const receivers = new Set<Guest>();
    for (let at = request.indexOf(MESSAGE); at >= 0; at = request.indexOf(MESSAGE, at + MESSAGE.length)) {
      const end = request.indexOf(MESSAGE_END, at) + MESSAGE_END.length;
      const receiver = this.#byJid.get(between(request.slice(at, end), " to='", "'"));
      receiver?.mail.push(`<message from='${from.jid}' ${request.slice(at + MESSAGE.length, end)}`);
      if (receiver) receivers.add(receiver);
    }
    hold(from, answer);
    for (const receiver of receivers) deliver(receiver);
  }
}

/** One request is held; the older one goes. */
function hold(guest: Guest, answer: Answer): void {
  const older = guest.held;
  guest.held = answer;
  older?.(EMPTY);
  deliver(guest);
}

function deliver(guest: Guest): void {
  if (!guest.held || guest.mail.length === 0) return;
  const answer = guest.held;
  guest.held = undefined;
  answer(`${BODY}${guest.mail.splice(0).join('')}</body>`);
}

function bound({ jid }: Guest): string {
  return (
    `${BODY}<iq xmlns='jabber:client' type='result' id='bind'><bind xmlns='urn:ietf:params:xml:ns:xmpp-bind'>` +
    `<jid>${jid}</jid></bind></iq></body>`
  );
}

function between(text: string, start: string, end: string): string {
  const at = text.indexOf(start);
  return at < 0 ? '' : text.slice(at + start.length, text.indexOf(end, at + start.length));
}
