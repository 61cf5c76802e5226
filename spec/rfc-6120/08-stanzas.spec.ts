import { expect } from 'chai';
import { brief, element, errorOf, World, type FakeClient } from '../core/world.ts';

const ROMEO = 'romeo@capulet.example/orchard';
const JULIET = 'juliet@capulet.example/balcony';

describe('RFC 6120 §8 stanzas from clients', () => {
  let world: World;
  let romeo: FakeClient;
  let juliet: FakeClient;

  beforeEach(() => {
    world = new World()
      .with((host) => {
        host.iq('get', 'known', 'query', () => undefined, 'both');
      })
      .start();
    romeo = world.client(ROMEO);
    juliet = world.client(JULIET).isAvailable();
  });

  describe('§8.1.2.1 from', () => {
    for (const from of ['', `from='${ROMEO}'`, "from='romeo@capulet.example'", "from='ROMEO@Capulet.example'"]) {
      it(`is the full JID of the sender, whatever the client says of itself: ${from || 'nothing'}`, () => {
        romeo.sends(`<message to='${JULIET}' ${from}/>`);
        expect(juliet.one().attrs['from']).to.equal(ROMEO);
      });
    }

    for (const from of ['', 'mallory@capulet.example', 'romeo@capulet.example/other', 'capulet.example', 'a@b@c']) {
      it(`§4.9.3.9 that is not its own ends the stream with invalid-from: "${from}"`, () => {
        romeo.sends(`<message to='${JULIET}' from='${from}'/>`);
        expect(romeo.transport.error?.condition).to.equal('invalid-from');
        expect(juliet.got()).to.deep.equal([]);
      });
    }

    for (const type of ['subscribe', 'subscribed', 'unsubscribe', 'unsubscribed']) {
      it(`is the bare JID for presence that manages subscriptions: ${type}`, () => {
        const seen: string[] = [];
        world = new World()
          .with((host) =>
            host.hook('stanza:to-account', 'observe', ({ stanza }) => void seen.push(brief(stanza.element))),
          )
          .start();
        world.client(ROMEO).sends(`<presence to='juliet@capulet.example' type='${type}'/>`);
        expect(seen).to.deep.equal([`presence ${type} romeo@capulet.example→juliet@capulet.example`]);
      });
    }
  });

  describe('§8.1.1 to', () => {
    for (const to of ['', '@capulet.example', 'juliet@', 'ch@r@cters@capulet.example', 'juliet@capulet.example/']) {
      for (const [kind, rest] of [
        ['message', ''],
        ['presence', ''],
        ['iq', "type='get'"],
      ] as const) {
        it(`§8.3.3.8 that is no address gets jid-malformed from the server: ${kind} to "${to}"`, () => {
          romeo.sends(`<${kind} to='${to}' id='1' ${rest}><query xmlns='known'/></${kind}>`);
          expect(romeo.got()).to.deep.equal([`${kind} error #1 capulet.example→${ROMEO} query modify/jid-malformed`]);
        });
      }
    }

    it('that is no address is not answered when the stanza is an error', () => {
      romeo.sends("<message to='a@b@c' type='error'/>");
      expect(romeo.got()).to.deep.equal([]);
    });

    it('is delivered as the sender wrote it, prepared', () => {
      romeo.sends("<message to='JULIET@capulet.example/balcony'/>");
      expect(juliet.one().attrs['to']).to.equal(JULIET);
    });
  });

  describe('§8.2.3 IQ semantics', () => {
    const faulty = {
      'no id': "<iq type='get'><query xmlns='known'/></iq>",
      'no type': "<iq id='1'><query xmlns='known'/></iq>",
      'a type that is none': "<iq type='subscribe' id='1'><query xmlns='known'/></iq>",
      'a get without child': "<iq type='get' id='1'/>",
      'a get with text only': "<iq type='get' id='1'>text</iq>",
      'a set with two children': "<iq type='set' id='1'><query xmlns='known'/><query xmlns='known'/></iq>",
    };
    for (const [fault, text] of Object.entries(faulty)) {
      for (const to of ['', 'capulet.example', JULIET]) {
        it(`gets bad-request: ${fault}, to ${to || 'nobody'}`, () => {
          romeo.sends(to === '' ? text : text.replace('<iq', `<iq to='${to}'`));
          const answer = romeo.one();
          expect(answer.name).to.equal('iq');
          expect(errorOf(answer)).to.equal('modify/bad-request');
          expect(answer.attrs['id']).to.equal(fault === 'no id' ? '' : '1');
          expect(juliet.got()).to.deep.equal([]);
        });
      }
    }

    it('a request is answered once, with its id', () => {
      romeo.sends("<iq type='get' id='42' to='capulet.example'><query xmlns='known'/></iq>");
      expect(romeo.got()).to.deep.equal([`iq result #42 capulet.example→${ROMEO}`]);
    });

    for (const type of ['result', 'error']) {
      for (const to of ['', "to='capulet.example'", "to='romeo@capulet.example'", "to='nobody@capulet.example/x'"]) {
        it(`a ${type} is never answered: ${to || 'no to'}`, () => {
          romeo.sends(`<iq type='${type}' id='1' ${to}><query xmlns='known'/></iq>`);
          expect(romeo.got()).to.deep.equal([]);
        });
      }
    }
  });

  describe('§8.3.1 stanza errors', () => {
    it('repeat kind and id, swap the addresses and say what was sent', () => {
      romeo.sends("<message to='capulet.example' id='m' type='chat'><body>hi</body></message>");
      expect(romeo.got()).to.deep.equal([`message error #m capulet.example→${ROMEO} body cancel/service-unavailable`]);
    });

    it('have no id when the stanza had none', () => {
      romeo.sends("<message to='capulet.example'/>");
      expect(romeo.one().attrs).not.to.have.property('id');
    });

    it('declare the prefixes that the original declared', () => {
      romeo.sends("<message to='capulet.example' xmlns:x='urn:x'><x:child/></message>");
      const text = romeo.transport.sent[0]?.xml ?? '';
      expect(element(text).child('child', 'urn:x')).not.to.equal(undefined);
    });

    for (const stanza of ["<message type='error'/>", "<presence type='error'/>", "<iq type='error' id='1'/>"]) {
      for (const to of ['capulet.example', 'nobody@capulet.example', 'far.example', 'capulet.example/resource']) {
        it(`are never answered: ${stanza} to ${to}`, () => {
          romeo.sends(stanza.replace(' ', ` to='${to}' `));
          expect(romeo.got()).to.deep.equal([]);
        });
      }
    }
  });

  describe('RFC 6121 §4.7.1 presence types', () => {
    for (const to of ['', `to='${JULIET}'`]) {
      it(`a type that is none gets bad-request: ${to || 'no to'}`, () => {
        romeo.sends(`<presence type='available' ${to}/>`);
        expect(errorOf(romeo.one())).to.equal('modify/bad-request');
        expect(juliet.got()).to.deep.equal([]);
      });
    }

    for (const type of ['subscribe', 'subscribed', 'unsubscribe', 'unsubscribed', 'probe']) {
      it(`needs to: ${type}`, () => {
        romeo.sends(`<presence type='${type}'/>`);
        expect(errorOf(romeo.one())).to.equal('modify/bad-request');
      });
    }
  });

  it('an element that is no stanza ends the stream', () => {
    romeo.sends('<query/>');
    expect(romeo.transport.error?.condition).to.equal('unsupported-stanza-type');
  });

  it('§8.1.5 keeps the xml:lang of the stanza', () => {
    romeo.sends(`<message to='${JULIET}' xml:lang='it'/>`);
    expect(juliet.one().attrs['xml:lang']).to.equal('it');
  });
});
