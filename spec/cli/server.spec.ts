import { existsSync } from 'node:fs';
import { expect } from 'chai';
import { RawSession } from '../support/raw-session.ts';
import type { RunningProgram } from '../support/running-program.ts';
import { CONFIG, Sandbox } from '../support/sandbox.ts';

const SHUTDOWN = { type: 'terminate', condition: 'system-shutdown' };

describe('holdfast, on a running server', () => {
  let box: Sandbox;
  let program: RunningProgram;
  let sessions: RawSession[];

  beforeEach(async () => {
    box = new Sandbox();
    box.configure();
    sessions = [];
    await box.run(['user', 'add', 'alice@localhost', 'alice']);
    program = await box.start();
  });

  afterEach(async () => {
    for (const session of sessions) session.close();
    await box.close();
  });

  async function login(): Promise<RawSession> {
    const session = new RawSession(program.boshUrl);
    sessions.push(session);
    await session.open();
    await session.login('alice', 'alice');
    return session;
  }

  /** The answer that ends the session. */
  async function farewell(session: RawSession): Promise<Readonly<Record<string, string | undefined>>> {
    for (;;) {
      const { attrs } = await session.post();
      if (attrs['type'] !== undefined) return attrs;
    }
  }

  /** Waits until the server holds a request. */
  async function held(): Promise<void> {
    for (;;) {
      const { value } = await box.json(['status']);
      if ((value as { heldRequests: number }).heldRequests > 0) return;
    }
  }

  it('status tells what it does', async () => {
    await login();
    const { code, value } = await box.json(['status']);
    expect(code).to.equal(0);
    expect(value).to.deep.include({
      pid: program.pid,
      urls: [new URL(program.boshUrl).origin],
      domains: ['localhost', 'anon.localhost'],
      sessions: 1,
      boshSessions: 1,
    });
    expect((await box.run(['status'])).out).to.match(
      /^Holdfast \S+, process \d+, up \d+ s\nListening at .*\nServing .*\nSessions +1 /,
    );
  });

  it('session list, show and kill deal with who is connected', async () => {
    const session = await login();
    await session.post('<presence><priority>5</priority></presence>');
    const { value } = await box.json(['session', 'list']);
    const [info] = (value as { sessions: { jid: string }[] }).sessions;
    expect(info).to.include({ transport: 'bosh', address: '127.0.0.1', secure: false, available: true, priority: 5 });
    expect((await box.run(['session', 'list'])).out)
      .to.contain('JID')
      .and.to.contain(info?.jid);
    expect((await box.json(['session', 'show', 'alice@localhost'])).value).to.deep.nested.include({
      'sessions[0].bosh.hold': 1,
    });
    expect((await box.run(['session', 'show', info?.jid ?? ''])).out).to.contain(
      'agreed      ver 1.11, wait 50 s, hold 1',
    );
    const waiting = farewell(session);
    expect(await box.json(['session', 'kill', 'alice@localhost'])).to.deep.equal({ code: 0, value: { killed: 1 } });
    expect(await waiting).to.include({ type: 'terminate', condition: 'remote-stream-error' });
    expect(await box.json(['session', 'kill', 'alice@localhost'])).to.deep.equal({
      code: 1,
      value: { error: 'alice@localhost is not connected' },
    });
    expect((await box.run(['session', 'show', 'alice@localhost'])).err).to.equal(
      'holdfast: alice@localhost is not connected\n',
    );
  });

  it('says nothing secret about a session', async () => {
    const session = await login();
    const { out } = await box.run(['session', 'show', 'alice@localhost', '--json']);
    expect(out).not.to.contain(session.sid);
  });

  it('reload reads the configuration again: the log level at once, the rest after a restart', async () => {
    expect((await box.run(['reload'])).out).to.equal('The configuration has not changed.\n');
    box.configure(CONFIG.replace('level: debug', 'level: warn').replace('4096', '5000'));
    expect(await box.json(['reload'])).to.deep.equal({
      code: 0,
      value: { done: ['The log level is warn.', 'Restart to apply what changed in: auth.'] },
    });
    box.configure(`${CONFIG}nonsense: 1\n`);
    const { code, err } = await box.run(['reload']);
    expect(code).to.equal(64);
    expect(err).to.contain('nonsense');
  });

  it('SIGHUP does the same, and tells the log', async () => {
    box.configure(CONFIG.replace('level: debug', 'level: info'));
    program.signal('SIGHUP');
    await program.until('The log level is info.');
    box.configure('hosts: 3');
    program.signal('SIGHUP');
    await program.until('The configuration is wrong; the old one stays.');
    expect((await box.run(['config', 'check'])).code).to.equal(64);
  });

  it('restart: clients are told, and the same process serves with the configuration as it is now', async () => {
    const waiting = farewell(await login());
    await held();
    box.configure(`${CONFIG}nonsense: 1\n`);
    expect((await box.run(['restart'])).code, 'not with a wrong configuration').to.equal(64);
    box.configure(CONFIG.replace('  localhost: {}', '  localhost: {}\n  new.example: {}'));
    expect((await box.run(['restart'])).out).to.equal('The server restarts.\n');
    expect(await waiting).to.include(SHUTDOWN);
    await program.until('Ready in', 2);
    const { value } = await box.json(['status']);
    expect(value).to.include({ pid: program.pid });
    expect(value).to.have.property('domains').that.includes('new.example');
    expect((await box.run(['stop', '1'])).out).to.equal('The server stops in 1 s.\n');
    expect(await program.exited).to.equal(0);
  });

  it('is not started twice on one store', async () => {
    const { code, err } = await box.run(['start']);
    expect(code).to.equal(69);
    expect(err).to.match(/^holdfast: .*\n$/);
  });

  for (const [what, end] of [
    ['stop', () => box.run(['stop'])],
    ['SIGTERM', () => program.signal('SIGTERM')],
    ['SIGINT', () => program.signal('SIGINT')],
  ] as const) {
    it(`${what}: clients are told, what they sent is kept, and the process ends with 0`, async () => {
      const session = await login();
      const waiting = farewell(session);
      await held();
      await end();
      expect(await waiting).to.include(SHUTDOWN);
      expect(await program.exited).to.equal(0);
      expect(program.said).to.contain('server.closed');
      expect(existsSync(box.path('data/holdfast.sock'))).to.equal(false);
      expect(existsSync(box.path('data/holdfast.db.lock'))).to.equal(false);
      expect((await box.json(['status'])).code).to.equal(69);
    });
  }

  it('a client that does not let go delays the end by no more than shutdown.drain', async () => {
    await box.run(['stop']);
    await program.exited;
    box.configure(`${CONFIG}shutdown:\n  drain: 200ms\n`);
    program = await box.start();
    const stuck = new RawSession(program.boshUrl);
    sessions.push(stuck);
    const open = fetch(program.boshUrl, {
      method: 'POST',
      duplex: 'half',
      body: new ReadableStream({ start: (controller) => controller.enqueue(new TextEncoder().encode('<body')) }),
    } as RequestInit).catch(String);
    await stuck.open();
    const began = performance.now();
    program.signal('SIGTERM');
    expect(await program.exited).to.equal(0);
    expect(performance.now() - began).to.be.below(5000);
    await open;
  });
});
