import fc from 'fast-check';
import { xml, type Element } from '../../lib/xml/index.ts';
import { settled, World } from './world.ts';

const ROMEO = 'romeo@capulet.example/orchard';

const address = fc.constantFrom(
  undefined,
  '',
  'capulet.example',
  'capulet.example/x',
  'romeo@capulet.example',
  'juliet@capulet.example',
  'juliet@capulet.example/nowhere',
  'nobody@capulet.example',
  'nobody@far.example/x',
  'a@b@c',
);
const type = fc.constantFrom(
  undefined,
  'get',
  'set',
  'result',
  'error',
  'chat',
  'unavailable',
  'subscribe',
  'probe',
  'x',
);
const payload = fc.constantFrom('known', 'late', 'unknown', 'bug');

const stanza = fc
  .record({
    kind: fc.constantFrom('message', 'presence', 'iq'),
    to: address,
    type,
    id: fc.option(fc.string({ maxLength: 5 }), { nil: undefined }),
    payloads: fc.array(payload, { maxLength: 3 }),
  })
  .map(({ kind, payloads, ...attrs }) =>
    xml(kind, attrs, ...payloads.map((namespace) => xml('query', { xmlns: namespace }))),
  );

function isRequest({ name, attrs }: Element): boolean {
  return name === 'iq' && attrs['type'] !== 'result' && attrs['type'] !== 'error';
}

/** An answer never has the type of a request, whatever it answers. */
function answersIn(elements: readonly Element[]): Element[] {
  return elements.filter(
    ({ name, attrs }) => name === 'iq' && (attrs['type'] === 'result' || attrs['type'] === 'error'),
  );
}

describe('whatever a client sends', () => {
  it('RFC 6120 §8.2.3 every request is answered once, in order, with its id, and nothing else is', async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(stanza, { maxLength: 12 }), async (stanzas) => {
        const world = new World()
          .with((host) => {
            host.iq('get', 'known', 'query', () => undefined, 'both');
            host.iq('get', 'late', 'query', async () => undefined, 'both');
            host.iq('get', 'bug', 'query', () => Promise.reject(new TypeError('a bug')), 'both');
          })
          .start();
        await world.account('juliet');
        const romeo = world.client(ROMEO);
        const asked = stanzas.filter(isRequest).map(idOf);
        for (const element of stanzas) romeo.session.receive(element);
        await settled();
        const answered = answersIn(romeo.take()).map(idOf);
        return !romeo.transport.isClosed && JSON.stringify(answered) === JSON.stringify(asked);
      }),
      { numRuns: 300 },
    );
  });
});

function idOf({ attrs }: Element): string {
  return attrs['id'] ?? '';
}
