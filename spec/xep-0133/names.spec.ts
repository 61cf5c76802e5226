import { expect } from 'chai';
import { NEWCOMERS } from '../../lib/core/newcomers.ts';
import { AdminWorld, DOMAIN, OTHER } from '../support/admin-world.ts';
import { StreamClient } from '../support/stream-client.ts';
import { asks, fields } from '../support/registration-world.ts';
import { errorOf } from '../core/world.ts';

describe('XEP-0133 §6 names of administrators', () => {
  it('are registered by nobody, in the domain that they belong to', async () => {
    const hosts = {
      [DOMAIN]: { registration: 'open' as const },
      [OTHER]: { registration: 'open' as const, admins: [`Boss@${DOMAIN}`] },
    };
    const world = await AdminWorld.open({ config: { hosts } });
    const register = async (name: string, domain: string): Promise<string | undefined> => {
      const { hosts: served } = world.server;
      expect(served.find(domain)?.services.find(NEWCOMERS)).not.to.equal(undefined);
      const client = new StreamClient({
        hosts: served,
        clock: world.clock,
        random: world.random,
        log: world.log,
      }).opens({
        to: domain,
      });
      await client.next();
      return errorOf(await asks(client, 'set', fields(name, 'long enough')));
    };
    expect(await register('boss', DOMAIN)).to.equal('cancel/conflict');
    expect(await register('boss', OTHER)).to.equal(undefined);
    await world.close();
  });
});
