import { expect } from 'chai';
import { seconds } from '../../lib/base/time.ts';
import disco from '../../lib/modules/disco/index.ts';
import upload from '../../lib/modules/upload/index.ts';
import type { SlotOptions } from '../../lib/modules/upload/slot-desk.ts';
import { REMOTE } from '../../lib/core/remote.ts';
import { UPLOADS } from '../../lib/core/uploads.ts';
import { createMemoryStore } from '../../lib/storage/memory.ts';
import type { Store } from '../../lib/storage/store.ts';
import type { Element } from '../../lib/xml/index.ts';
import { NS_UPLOAD } from '../../lib/xmpp/ns.ts';
import { Stanza } from '../../lib/xmpp/stanza.ts';
import type { UploadSlot } from '../../lib/xmpp/upload-slot.ts';
import { element, errorOf, jid, settled, World, type FakeClient } from '../core/world.ts';
import { overEachStore } from '../support/each-store.ts';

const ROMEO = 'romeo@capulet.example';
const HOUR = seconds(3600);

overEachStore('XEP-0363 upload slots', (open) => {
  let world: World;
  let store: Store;
  let romeo: FakeClient;
  let removed: string[];
  let swept: number;

  beforeEach(async () => {
    store = await open();
    await serve();
  });

  async function serve(options: Partial<SlotOptions> = {}): Promise<void> {
    removed = [];
    swept = 0;
    world = new World({}, store);
    world.host.use(disco);
    world.host.use(upload, {
      maxSize: 20_000,
      quota: 50_000,
      expireAfter: HOUR,
      types: ['*/*'],
      baseUrl: () => 'https://chat.example/upload/',
      files: {
        remove: async (ids) => void removed.push(...ids),
        sweep: async () => void (swept += 1),
      },
      ...options,
    });
    world.start();
    await world.account('romeo');
    romeo = world.client(`${ROMEO}/garden`);
  }

  async function ask(attributes: string, inside = '', client = romeo): Promise<Element> {
    client.sends(
      `<iq type='get' id='s' to='capulet.example'><request xmlns='${NS_UPLOAD}' ${attributes}>${inside}</request></iq>`,
    );
    while (client.transport.sent.length === 0) await new Promise((resolve) => setImmediate(resolve));
    return client.one();
  }

  function urlsOf(answer: Element): { put: string; get: string } {
    const slot = answer.child('slot', NS_UPLOAD);
    const url = (name: string): string => slot?.child(name, NS_UPLOAD)?.attrs['url'] ?? '';
    return { put: url('put'), get: url('get') };
  }

  /** Asks for a slot of this size, and uploads. */
  async function uploads(size: number): Promise<string> {
    const { put } = urlsOf(await ask(`filename='a.jpg' size='${size}'`));
    const slot = await promised(put);
    if (slot) await world.host.services.find(UPLOADS)?.stored(slot);
    return slot?.id ?? '';
  }

  async function promised(url: string): Promise<UploadSlot | undefined> {
    return world.host.services.find(UPLOADS)?.find(new URL(url).searchParams.get('slot') ?? '');
  }

  it('§3 examples 2 to 4: the server is the service, and says how large files may be', async () => {
    const { identities, features, forms } = world.host.discovery.server;
    expect(identities).to.deep.include({ category: 'store', type: 'file', name: 'HTTP File Upload' });
    expect(features).to.include.members([
      NS_UPLOAD,
      'urn:xmpp:http:upload:purpose:0#message',
      'urn:xmpp:http:upload:purpose:0#ephemeral',
    ]);
    expect(forms.toString()).to.contain(`<value>${NS_UPLOAD}</value>`).and.contain('<value>20000</value>');
  });

  it('§4 examples 5 and 6: gives two addresses, with the name percent-encoded', async () => {
    const { put, get } = urlsOf(await ask("filename='très cool.jpg' size='12345' content-type='image/jpeg'"));
    expect(get).to.match(/^https:\/\/chat\.example\/upload\/[a-z2-7]{32}\/tr%C3%A8s%20cool\.jpg$/);
    expect(put.startsWith(`${get}?slot=`)).to.equal(true);
    const { id, ...slot } = (await promised(put)) ?? { id: '' };
    expect(get).to.contain(id);
    expect(slot).to.include({ account: ROMEO, name: 'très cool.jpg', size: 12_345, type: 'image/jpeg' });
  });

  for (const [given, name] of [
    ['../../etc/passwd', 'passwd'],
    ['C:\\boot.ini', 'boot.ini'],
    ['a&#x85;b.png', 'ab.png'],
  ] as const) {
    it(`§4 takes ${given} for ${name}`, async () => {
      expect((await promised(urlsOf(await ask(`filename='${given}' size='1'`)).put))?.name).to.equal(name);
    });
  }

  for (const [what, attributes] of [
    ['no name', "size='1'"],
    ['no size', "filename='a'"],
    ['a size of 0', "filename='a' size='0'"],
    ['a size below 0', "filename='a' size='-1'"],
    ['a size that is no number', "filename='a' size='1e3'"],
    ['a name of dots', "filename='..' size='1'"],
    ['a folder', "filename='a/' size='1'"],
    ['a name of 256 bytes', `filename='${'x'.repeat(256)}' size='1'`],
    ['no media type', "filename='a' size='1' content-type='image'"],
  ] as const) {
    it(`bad-request: ${what}`, async () => {
      expect(errorOf(await ask(attributes))).to.equal('modify/bad-request');
    });
  }

  it('§5.3 an ephemeral file goes when its sender says, and not later than all others', async () => {
    const at = (ms: number): string => new Date(world.clock.date() + ms).toISOString();
    const ephemeral = (time: string): string =>
      `<ephemeral xmlns='urn:xmpp:http:upload:purpose:0' expire-before='${time}'/>`;
    const soon = urlsOf(await ask("filename='a' size='1'", ephemeral(at(60_000))));
    expect((await promised(soon.put))?.expiresAt).to.equal(world.clock.date() + 60_000);
    const late = urlsOf(await ask("filename='a' size='1'", ephemeral(at(100 * HOUR))));
    expect((await promised(late.put))?.expiresAt).to.equal(world.clock.date() + seconds(300) + HOUR);
    for (const time of ['', 'tomorrow', at(0)]) {
      expect(errorOf(await ask("filename='a' size='1'", ephemeral(time)))).to.equal('modify/bad-request');
    }
  });

  describe('§6 refusals', () => {
    it('example 11: too large, with the size that is allowed', async () => {
      const answer = await ask("filename='a' size='20001'");
      expect(errorOf(answer)).to.equal('modify/not-acceptable');
      expect(answer.toString()).to.contain('<max-file-size>20000</max-file-size>');
      expect(errorOf(await ask("filename='a' size='20000'"))).to.equal(undefined);
    });

    it('example 12: the quota, with the time when there is room again', async () => {
      await uploads(20_000);
      await uploads(20_000);
      const answer = await ask("filename='a' size='10001'");
      expect(errorOf(answer)).to.equal('wait/resource-constraint');
      const stamp = answer.child('error', 'jabber:client')?.child('retry', NS_UPLOAD)?.attrs['stamp'] ?? '';
      world.clock.advance(Date.parse(stamp) - world.clock.date());
      expect(errorOf(await ask("filename='a' size='10001'"))).to.equal(undefined);
    });

    it('what was promised and never came counts for five minutes', async () => {
      for (const size of [20_000, 20_000, 10_000]) await ask(`filename='a' size='${size}'`);
      expect(errorOf(await ask("filename='a' size='1'"))).to.equal('wait/resource-constraint');
      world.clock.advance(seconds(300));
      expect(errorOf(await ask("filename='a' size='1'"))).to.equal(undefined);
    });

    it('example 13: forbidden to others', async () => {
      const answers: Element[] = [];
      world.host.services.provide(REMOTE, (stanza) => void answers.push(stanza.element));
      const iq = element(`<iq type='get' id='1'><request xmlns='${NS_UPLOAD}' filename='a' size='1'/></iq>`);
      await world.host.route(new Stanza(iq, jid('ann@far.example/x'), world.host.jid));
      expect(answers.map(errorOf)).to.deep.equal(['auth/forbidden']);
    });

    it('a type that is not taken', async () => {
      await serve({ types: ['image/*', 'text/plain'] });
      const attempt = async (type: string): Promise<string | undefined> =>
        errorOf(await ask(`filename='a' size='1' content-type='${type}'`));
      expect([await attempt('image/png'), await attempt('TEXT/plain; charset=utf-8')]).to.deep.equal([
        undefined,
        undefined,
      ]);
      expect(await attempt('imagex/png')).to.equal('modify/not-acceptable');
      expect(errorOf(await ask("filename='a' size='1'")), 'undeclared').to.equal('modify/not-acceptable');
    });

    it('a server that does not know its own address', async () => {
      await serve({ baseUrl: () => undefined });
      expect(errorOf(await ask("filename='a' size='1'"))).to.equal('cancel/service-unavailable');
    });
  });

  describe('§8 §9 what a client shows', () => {
    it('is good for five minutes', async () => {
      const { put } = urlsOf(await ask("filename='a' size='1'"));
      world.clock.advance(seconds(300) - 1);
      expect(await promised(put)).not.to.equal(undefined);
      world.clock.advance(1);
      expect(await promised(put)).to.equal(undefined);
    });

    it('cannot be made or changed', async () => {
      const { put } = urlsOf(await ask("filename='a' size='1'"));
      const token = new URL(put).searchParams.get('slot') ?? '';
      const uploadsOf = world.host.services.find(UPLOADS);
      const [payload = '', signature = ''] = token.split('.');
      const larger = Buffer.from(payload, 'base64url').toString().replace('"size":1', '"size":9');
      for (const forged of [
        '',
        '.',
        payload,
        `${payload}.`,
        `${Buffer.from(larger).toString('base64url')}.${signature}`,
        `${token}.x`,
      ]) {
        expect(await uploadsOf?.find(forged), forged).to.equal(undefined);
      }
    });

    it('works after a restart, and not for another store', async () => {
      const { put } = urlsOf(await ask("filename='a' size='1'"));
      await serve();
      expect(await promised(put)).not.to.equal(undefined);
      store = createMemoryStore();
      await serve();
      expect(await promised(put)).to.equal(undefined);
    });
  });

  it('removes the files of an account with the account, also one that is under way', async () => {
    const id = await uploads(10);
    const { put } = urlsOf(await ask("filename='late' size='1'"));
    const late = await promised(put);
    await world.host.removeAccount(jid(ROMEO));
    expect(removed).to.include.members([id, late?.id]);
    removed = [];
    if (late) await world.host.services.find(UPLOADS)?.stored(late);
    expect(removed).to.deep.equal([late?.id]);
    expect(await promised(put)).to.equal(undefined);
  });

  it('looks for files that have expired once in an hour', async () => {
    world.clock.advance(HOUR);
    await settled();
    expect(swept).to.equal(1);
  });

  it('is not there for guests', () => {
    const guests = new World({ anonymous: true });
    guests.host.use(disco);
    guests.host.use(upload, {} as SlotOptions); // never looked at
    guests.start();
    expect(guests.host.discovery.server.features).not.to.include(NS_UPLOAD);
  });
});
