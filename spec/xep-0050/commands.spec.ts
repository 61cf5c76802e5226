import { expect } from 'chai';
import { seconds } from '../../lib/base/time.ts';
import { COMMANDS, type AdHocCommand, type Stage } from '../../lib/modules/commands/command.ts';
import commands from '../../lib/modules/commands/index.ts';
import disco from '../../lib/modules/disco/index.ts';
import { NS_COMMANDS } from '../../lib/xmpp/ns.ts';
import { reportForm } from '../../lib/xmpp/payloads/data-form.ts';
import { StanzaError } from '../../lib/xmpp/stanza-error.ts';
import { errorOf, settled, World } from '../core/world.ts';
import '../support/chai-xml.ts';
import { actionsIn, CommandClient, commandIn, formIn, outcomeIn, rowsIn, valuesIn } from '../support/command-client.ts';

const SERVER = 'capulet.example';
const LEVELS = ['1', '2', '3', '5'].map((value) => ({ value }));

/** The commands of the document's examples: "config" has two forms, "list" none. */
function examples(done: (what: string) => void): AdHocCommand[] {
  const everybody = (): boolean => true;
  const second = (service: string): Stage => ({
    form: {
      title: 'Configure Service',
      instructions: `Please select the run modes and state for '${service}'.`,
      questions: [
        { var: 'runlevel', type: 'list-multi', label: 'Run Modes', value: ['3', '5'], options: LEVELS },
        {
          var: 'state',
          type: 'list-single',
          label: 'Run State',
          isRequired: true,
          options: [{ label: 'Active', value: 'off' }, { value: 'on' }],
        },
      ],
    },
    next: (fields) => {
      if (service === 'jabberd') throw new StanzaError('conflict');
      done(`${service} ${fields.get('runlevel')?.join()} ${fields.get('state')?.join()}`);
      return { notes: [{ type: 'info', text: `Service '${service}' has been configured.` }] };
    },
  });
  const services = [{ value: 'httpd' }, { value: 'jabberd' }, { value: 'postgresql' }];
  return [
    {
      node: 'list',
      name: 'List Service Configurations',
      isFor: everybody,
      begin: () => ({
        result: reportForm({
          title: 'Available Services',
          columns: [
            { var: 'service', label: 'Service' },
            { var: 'runlevel-1', label: 'Single-User mode' },
          ],
          rows: [
            ['httpd', 'off'],
            ['jabberd', 'on'],
          ],
        }),
      }),
    },
    {
      node: 'config',
      name: 'Configure Service',
      isFor: everybody,
      begin: () => ({
        form: {
          formType: 'urn:example:config',
          title: 'Configure Service',
          instructions: 'Please select the service to configure.',
          questions: [{ var: 'service', type: 'list-single', label: 'Service', isRequired: true, options: services }],
        },
        leadsOn: true,
        next: (fields) => second(fields.get('service')?.[0] ?? ''),
      }),
    },
    {
      node: 'reset',
      name: 'Reset Service Configuration',
      isFor: (asker) => asker.local === 'romeo',
      begin: () => ({ notes: [{ type: 'error', text: 'There is nothing to reset.' }] }),
    },
  ];
}

describe('XEP-0050 ad-hoc commands', () => {
  let world: World;
  let juliet: CommandClient;
  let done: string[];

  beforeEach(() => {
    done = [];
    world = new World();
    world.host.use(disco);
    world.host.use(commands);
    world.with((host) => {
      for (const command of examples((what) => done.push(what))) host.service(COMMANDS)?.add(command);
    });
    world.start();
    juliet = new CommandClient(world.client(`juliet@${SERVER}/balcony`), SERVER);
  });

  async function config(sessionid?: string): Promise<string> {
    const answer = await juliet.runs({ node: 'config', sessionid });
    return commandIn(answer).attrs['sessionid'] ?? '';
  }

  describe('§2.1 §2.2 discovering', () => {
    const info = (node?: string): string =>
      `<query xmlns='http://jabber.org/protocol/disco#info'${node === undefined ? '' : ` node='${node}'`}/>`;

    it('examples 1 and 2: the server says that it has commands', async () => {
      expect((await juliet.asks('get', info())).toString()).to.contain(`<feature var="${NS_COMMANDS}"/>`);
    });

    it('examples 3 and 4: the list has those that the asker may run', async () => {
      const items = `<query xmlns='http://jabber.org/protocol/disco#items' node='${NS_COMMANDS}'/>`;
      expect((await juliet.asks('get', items)).getChildElements()[0]).to.equalXml(
        `
        <query xmlns='http://jabber.org/protocol/disco#items' node='http://jabber.org/protocol/commands'>
          <item jid='capulet.example' node='list' name='List Service Configurations'/>
          <item jid='capulet.example' node='config' name='Configure Service'/>
        </query>`
          .replaceAll(/>\s+</g, '><')
          .trim(),
      );
      const romeo = new CommandClient(world.client(`romeo@${SERVER}/orchard`), SERVER);
      expect(await romeo.sees()).to.deep.equal(['list', 'config', 'reset']);
    });

    it('the list is a node of its own kind', async () => {
      expect((await juliet.asks('get', info(NS_COMMANDS))).getChildElements()[0]).to.equalXml(
        `<query xmlns='http://jabber.org/protocol/disco#info' node='${NS_COMMANDS}'>` +
          `<identity category='automation' type='command-list'/><feature var='${NS_COMMANDS}'/></query>`,
      );
    });

    it('examples 5 and 6: a command is a node', async () => {
      expect((await juliet.asks('get', info('config'))).getChildElements()[0]).to.equalXml(
        `<query xmlns='http://jabber.org/protocol/disco#info' node='config'>` +
          `<identity name='Configure Service' category='automation' type='command-node'/>` +
          `<feature var='${NS_COMMANDS}'/><feature var='jabber:x:data'/></query>`,
      );
    });

    it('a command for others is forbidden, one that is not there not found', async () => {
      expect(errorOf(await juliet.asks('get', info('reset')))).to.equal('cancel/forbidden');
      expect(errorOf(await juliet.asks('get', info('start')))).to.equal('cancel/item-not-found');
    });
  });

  describe('§2.4.1 simple execution', () => {
    it('examples 8 and 9: the result comes at once', async () => {
      const answer = await juliet.runs({ node: 'list', action: 'execute' });
      const { status, node, sessionid } = commandIn(answer).attrs;
      expect([status, node]).to.deep.equal(['completed', 'list']);
      expect(sessionid).to.match(/^[a-z2-7]{26}$/);
      expect(rowsIn(answer)).to.deep.equal([
        ['httpd', 'off'],
        ['jabberd', 'on'],
      ]);
      expect(formIn(answer).toString()).to.contain('<reported><field var="service" label="Service"/>');
    });

    it('its id is good for nothing any more', async () => {
      const { sessionid } = commandIn(await juliet.runs({ node: 'list' })).attrs;
      expect(outcomeIn(await juliet.runs({ node: 'list', sessionid }))).to.equal('cancel/not-allowed session-expired');
    });

    it('§3.6 a failure has a note of type error', async () => {
      const romeo = new CommandClient(world.client(`romeo@${SERVER}/orchard`), SERVER);
      expect(outcomeIn(await romeo.runs({ node: 'reset' }))).to.equal('completed error: There is nothing to reset.');
    });
  });

  describe('§2.4.2 multiple stages', () => {
    it('examples 10 to 15: one form after the other, and a note at the end', async () => {
      const first = await juliet.runs({ node: 'config', action: 'execute' });
      const { sessionid } = commandIn(first).attrs;
      expect(outcomeIn(first)).to.equal('executing');
      expect(actionsIn(first)).to.deep.equal(['next*']);
      expect(formIn(first)).to.equalXml(
        `<x xmlns='jabber:x:data' type='form'><title>Configure Service</title>` +
          `<instructions>Please select the service to configure.</instructions>` +
          `<field var='FORM_TYPE' type='hidden'><value>urn:example:config</value></field>` +
          `<field var='service' label='Service' type='list-single'><required/>` +
          `<option><value>httpd</value></option><option><value>jabberd</value></option>` +
          `<option><value>postgresql</value></option></field></x>`,
      );
      const second = await juliet.runs({ node: 'config', sessionid }, { service: 'httpd' });
      expect(commandIn(second).attrs['sessionid']).to.equal(sessionid);
      expect(actionsIn(second)).to.deep.equal(['prev', 'complete*']);
      expect(valuesIn(second)).to.deep.include({ runlevel: ['3', '5'] });
      const third = await juliet.runs({ node: 'config', sessionid }, { runlevel: '3', state: 'on' });
      expect(outcomeIn(third)).to.equal("completed info: Service 'httpd' has been configured.");
      expect(done).to.deep.equal(['httpd 3 on']);
    });

    it('examples 16 and 17: back to the first form, with what was filled in', async () => {
      const sessionid = await config();
      await juliet.runs({ node: 'config', sessionid, action: 'next' }, { service: 'httpd' });
      const back = await juliet.runs({ node: 'config', sessionid, action: 'prev' });
      expect(actionsIn(back)).to.deep.equal(['next*']);
      expect(valuesIn(back)).to.deep.include({ service: 'httpd' });
      await juliet.runs({ node: 'config', sessionid, action: 'next' }, { service: 'postgresql' });
      await juliet.runs({ node: 'config', sessionid, action: 'complete' }, { state: 'off' });
      expect(done).to.deep.equal(['postgresql undefined off']);
    });

    it('a stage that fails can be filled in anew', async () => {
      const sessionid = await config();
      await juliet.runs({ node: 'config', sessionid }, { service: 'jabberd' });
      expect(outcomeIn(await juliet.runs({ node: 'config', sessionid }, { state: 'on' }))).to.equal('cancel/conflict');
      expect(outcomeIn(await juliet.runs({ node: 'config', sessionid, action: 'prev' }))).to.equal('executing');
    });

    it('§3.5.1 a form of type cancel counts as filled in', async () => {
      const sessionid = await config();
      const form = "<x xmlns='jabber:x:data' type='cancel'><field var='service'><value>httpd</value></field></x>";
      expect(actionsIn(await juliet.runs({ node: 'config', sessionid }, form))).to.deep.equal(['prev', 'complete*']);
    });

    it('who knows the first form may send it along', async () => {
      const answer = await juliet.runs({ node: 'config' }, { service: 'httpd' });
      expect(actionsIn(answer)).to.deep.equal(['complete*']);
      const { sessionid } = commandIn(answer).attrs;
      await juliet.runs({ node: 'config', sessionid }, { state: 'on' });
      expect(done).to.deep.equal(['httpd undefined on']);
    });
  });

  it('§2.4.3 examples 18 and 19: whoever cancels is told so, and it is over', async () => {
    const sessionid = await config();
    expect(commandIn(await juliet.runs({ node: 'config', sessionid, action: 'cancel' }))).to.equalXml(
      `<command xmlns='${NS_COMMANDS}' sessionid='${sessionid}' node='config' status='canceled' xml:lang='en'/>`,
    );
    expect(outcomeIn(await juliet.runs({ node: 'config', sessionid, action: 'cancel' }))).to.equal(
      'cancel/not-allowed session-expired',
    );
  });

  describe('§3.3 sessions', () => {
    const expired = 'cancel/not-allowed session-expired';

    it('are between two addresses, for one command', async () => {
      const sessionid = await config();
      const elsewhere = new CommandClient(world.client(`juliet@${SERVER}/chamber`), SERVER);
      for (const [client, node] of [
        [elsewhere, 'config'],
        [juliet, 'list'],
      ] as const) {
        expect(outcomeIn(await client.runs({ node, sessionid }, { service: 'httpd' }))).to.equal(
          'modify/bad-request bad-sessionid',
        );
      }
      expect(outcomeIn(await juliet.runs({ node: 'config', sessionid }, { service: 'httpd' }))).to.equal('executing');
    });

    it('last for 15 minutes after the last step', async () => {
      const sessionid = await config();
      world.clock.advance(seconds(899));
      expect(outcomeIn(await juliet.runs({ node: 'config', sessionid }, { service: 'httpd' }))).to.equal('executing');
      world.clock.advance(seconds(899));
      expect(outcomeIn(await juliet.runs({ node: 'config', sessionid, action: 'prev' }))).to.equal('executing');
      world.clock.advance(seconds(900));
      expect(outcomeIn(await juliet.runs({ node: 'config', sessionid, action: 'prev' }))).to.equal(expired);
    });

    it('the oldest of eleven makes room', async () => {
      const first = await config();
      const second = await config();
      for (let count = 0; count < 9; count += 1) await config();
      expect(outcomeIn(await juliet.runs({ node: 'config', sessionid: first, action: 'cancel' }))).to.equal(expired);
      expect(outcomeIn(await juliet.runs({ node: 'config', sessionid: second, action: 'cancel' }))).to.equal(
        'canceled',
      );
    });

    it('end with the client', async () => {
      const sessionid = await config();
      juliet.client.transport.close();
      await settled();
      const again = new CommandClient(world.client(`juliet@${SERVER}/balcony`), SERVER);
      expect(outcomeIn(await again.runs({ node: 'config', sessionid, action: 'prev' }))).to.equal(expired);
    });
  });

  describe('§3.7 languages', () => {
    it('examples 20 and 21: English is spoken', async () => {
      const answer = await juliet.runs({ node: 'list', 'xml:lang': 'en-us' });
      expect(commandIn(answer).attrs['xml:lang']).to.equal('en');
    });

    it('example 23: a command in another language is refused', async () => {
      expect(outcomeIn(await juliet.runs({ node: 'list', 'xml:lang': 'fr-ca' }))).to.equal(
        'modify/bad-request bad-locale',
      );
    });

    it('a client that is set to another language is answered in English', async () => {
      juliet.client.sends(
        `<iq type='set' id='1' xml:lang='fr-ca' to='${SERVER}'><command xmlns='${NS_COMMANDS}' node='list'/></iq>`,
      );
      await settled();
      expect(commandIn(juliet.client.one()).attrs['status']).to.equal('completed');
    });
  });

  describe('§4.4 errors', () => {
    for (const [action, sessionid, error] of [
      ['dance', 'none', 'malformed-action'],
      ['dance', 'open', 'malformed-action'],
      ['next', 'none', 'bad-action'],
      ['prev', 'none', 'bad-action'],
      ['complete', 'none', 'bad-action'],
      ['cancel', 'none', 'bad-action'],
      ['prev', 'open', 'bad-action'],
      ['complete', 'open', 'bad-action'],
      ['next', 'unknown', 'bad-sessionid'],
    ] as const) {
      it(`${error}: ${action} with ${sessionid} session`, async () => {
        const id = sessionid === 'open' ? await config() : sessionid === 'none' ? undefined : 'list:700';
        const answer = await juliet.runs({ node: 'config', sessionid: id, action }, { service: 'httpd' });
        expect(outcomeIn(answer)).to.equal(`modify/bad-request ${error}`);
      });
    }

    for (const [why, filled] of [
      ['no form', ''],
      ['a form that is none to be sent', "<x xmlns='jabber:x:data' type='result'/>"],
      ['a field that is needed is missing', { other: 'httpd' }],
      ['a field that is needed is empty', { service: '' }],
      ['a value that is not in the list', { service: 'ftpd' }],
      ['two values for one', { service: ['httpd', 'jabberd'] }],
      ['another form', { FORM_TYPE: 'urn:example:other', service: 'httpd' }],
    ] as const) {
      it(`bad-payload: ${why}`, async () => {
        const sessionid = await config();
        const answer = await juliet.runs({ node: 'config', sessionid }, filled);
        expect(outcomeIn(answer)).to.equal('modify/bad-request bad-payload');
        const again = await juliet.runs({ node: 'config', sessionid }, { service: 'httpd' });
        expect(outcomeIn(again), 'the form can be filled in anew').to.equal('executing');
      });
    }

    it('forbidden, item-not-found and bad-request', async () => {
      expect(outcomeIn(await juliet.runs({ node: 'reset' }))).to.equal('cancel/forbidden');
      expect(outcomeIn(await juliet.runs({ node: 'start' }))).to.equal('cancel/item-not-found');
      expect(outcomeIn(await juliet.asks('set', `<command xmlns='${NS_COMMANDS}'/>`))).to.equal('modify/bad-request');
    });

    it('whoever may no longer run a command cannot go on with it', async () => {
      let isAllowed = true;
      world = new World();
      world.host.use(disco);
      world.host.use(commands);
      world.with((host) => {
        const [, command] = examples((what) => done.push(what));
        if (command) host.service(COMMANDS)?.add({ ...command, isFor: () => isAllowed });
      });
      world.start();
      juliet = new CommandClient(world.client(`juliet@${SERVER}/balcony`), SERVER);
      const sessionid = await config();
      isAllowed = false;
      const answer = await juliet.runs({ node: 'config', sessionid }, { service: 'httpd' });
      expect(outcomeIn(answer)).to.equal('cancel/forbidden');
    });

    it('where nobody has an account there are no commands', async () => {
      world = new World({ anonymous: true });
      world.host.use(disco);
      world.host.use(commands);
      world.start();
      juliet = new CommandClient(world.client(`juliet@${SERVER}/balcony`), SERVER);
      expect(outcomeIn(await juliet.runs({ node: 'list' }))).to.equal('cancel/service-unavailable');
    });
  });
});
