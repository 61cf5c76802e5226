import { expect } from 'chai';
import { completeConfig } from '../../lib/config/load.ts';
import type { ConfigInput } from '../../lib/config/schema.ts';
import { ConfigError } from '../../lib/config/problem.ts';
import { readConfig } from '../../lib/config/load.ts';
import { problemsWith } from '../support/config-problems.ts';

const ONE = '{ domain: echo.localhost, secret: s }';

describe('components', () => {
  const problems = (services: string): string[] => problemsWith('components.services', `[${services}]`);

  it('each have a domain and a secret', () => {
    expect(problems(ONE)).to.deep.equal([]);
    for (const fault of ['{ domain: echo.localhost }', '{ secret: s }', '{ domain: "a b", secret: s }']) {
      expect(problems(fault), fault).to.have.length(1);
    }
  });

  it('have domains that nobody else has', () => {
    const served = (services: ConfigInput['components']): string[] => {
      try {
        completeConfig({ hosts: { localhost: {} }, components: services });
      } catch (error) {
        if (error instanceof ConfigError) return error.problems.map(({ key, message }) => `${key}: ${message}`);
      }
      return [];
    };
    const taken = ['localhost', 'rooms.localhost', 'LOCALHOST'];
    for (const domain of taken) {
      expect(served({ services: [{ domain, secret: 's' }] })).to.deep.equal([
        `components.services.0.domain: "${domain.toLowerCase()}" is served already`,
      ]);
    }
    const twice = { domain: 'echo.localhost', secret: 's' };
    expect(served({ services: [twice, twice] })).to.have.length(1);
  });

  it('never have their secrets repeated in a message', () => {
    expect(problems('{ domain: echo.localhost, secret: 123456 }').join())
      .to.contain('quotes')
      .and.not.to.contain('123456');
  });

  it('are taken from the environment as a whole, so that no secret has to be in a file', () => {
    const environment = { HOLDFAST_COMPONENTS__SERVICES: `[${ONE}]` };
    const config = readConfig('hosts: { localhost: {} }', 'x.yaml', environment);
    expect(config.components.services).to.deep.equal([{ domain: 'echo.localhost', secret: 's', name: '' }]);
  });
});
