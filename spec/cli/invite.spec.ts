import { expect } from 'chai';
import { CONFIG, Sandbox } from '../support/sandbox.ts';

const INVITING = CONFIG.replace('localhost: {}', 'localhost: { registration: invite }');
const TOKEN = '[a-z2-7]{26}';

for (const isRunning of [false, true]) {
  describe(`holdfast invite, ${isRunning ? 'on a running server' : 'on the store alone'}`, () => {
    let box: Sandbox;

    before(async () => {
      box = new Sandbox();
      box.configure(INVITING);
      if (isRunning) await box.start();
      await box.run(['user', 'add', 'romeo@localhost', 'orchard']);
    });
    after(() => box.close());

    it('prints what to send', async () => {
      const { code, out } = await box.run(['invite']);
      expect(code).to.equal(0);
      const [page, uri, until] = out.split('\n');
      expect(page).to.match(new RegExp(`^http://127\\.0\\.0\\.1:0/chat#register&jid=localhost&token=${TOKEN}$`));
      expect(uri).to.match(new RegExp(`^xmpp:localhost\\?register;preauth=${TOKEN}$`));
      expect(until).to.match(/^Until 20\d\d-.*Z\.$/);
    });

    for (const [args, uri] of [
      [['juliet@localhost'], `^xmpp:juliet@localhost\\?register;preauth=${TOKEN}$`],
      [['localhost', 'romeo@localhost'], `^xmpp:romeo@localhost\\?roster;preauth=${TOKEN};ibr=y$`],
      [['localhost', 'romeo@localhost', '5'], `^xmpp:romeo@localhost\\?roster;preauth=${TOKEN};ibr=y$`],
    ] as const) {
      it(`invite ${args.join(' ')}`, async () => {
        const { code, value } = await box.json(['invite', ...args]);
        expect(code).to.equal(0);
        expect((value as { uri: string }).uri).to.match(new RegExp(uri));
      });
    }
  });
}

describe('holdfast invite and the chat page', () => {
  const box = new Sandbox();
  after(() => box.close());

  async function pageOf(settings: string): Promise<string | undefined> {
    box.configure(INVITING.replace('http:', `${settings}\nhttp:\n  public_url: "https://chat.example"`));
    const { value } = await box.json(['invite', 'juliet@localhost']);
    return (value as { page?: string }).page?.replace(new RegExp(TOKEN), 'T');
  }

  it('has the public URL in the link', async () => {
    expect(await pageOf('')).to.equal('https://chat.example/chat#register&jid=juliet%40localhost&token=T');
  });

  it('gives no link where there is no such page', async () => {
    expect(await pageOf('pages: { chat: false }')).to.equal(undefined);
  });
});

describe('holdfast invite refuses', () => {
  let box: Sandbox;

  before(async () => {
    box = new Sandbox();
    box.configure(INVITING);
    await box.run(['user', 'add', 'romeo@localhost', 'orchard']);
  });
  after(() => box.close());

  for (const [what, args, message] of [
    ['a name that is taken', ['romeo@localhost'], 'romeo is taken'],
    ['a domain that is none', ['far.example'], 'far.example is not served here, or has no accounts'],
    ['guests', ['anon.localhost'], 'anon.localhost is not served here, or has no accounts'],
    ['a resource', ['romeo@localhost/x'], '"romeo@localhost/x" is neither a domain nor an account'],
    ['a contact who is not there', ['localhost', 'ann@localhost'], 'there is no account ann@localhost at localhost'],
    ['no use', ['localhost', 'romeo@localhost', '0'], '"0" is no number of uses: 1 to 10000'],
  ] as const) {
    it(what, async () => {
      expect(await box.json(['invite', ...args])).to.deep.equal({ code: 1, value: { error: message } });
    });
  }

  it('where nobody can register', async () => {
    box.configure();
    expect((await box.run(['invite'])).err).to.equal(
      'holdfast: nobody can register at localhost: set hosts.localhost.registration to "invite"\n',
    );
  });
});
