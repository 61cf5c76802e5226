import { expect } from 'chai';
import { completeConfig } from '../../lib/config/load.ts';
import { ConfigError } from '../../lib/config/problem.ts';

describe('hosts.<domain>.admins', () => {
  function problems(admins: readonly string[]): string[] {
    try {
      completeConfig({
        hosts: {
          'capulet.example': { admins: [...admins] },
          'Montague.example': {},
          'guests.example': { anonymous: true },
        },
      });
      return [];
    } catch (error) {
      if (!(error instanceof ConfigError)) throw error;
      return error.problems.map(({ key, message }) => `${key} ${message}`);
    }
  }

  it('are accounts of domains that are served here', () => {
    expect(problems(['juliet@capulet.example', 'Romeo@MONTAGUE.example'])).to.deep.equal([]);
  });

  it('and nobody else', () => {
    const elsewhere = 'is no account of a domain with accounts here';
    expect(problems(['juliet@capulet.example', 'tybalt@verona.example', 'x@guests.example'])).to.deep.equal([
      `hosts.capulet.example.admins.1 ${elsewhere}`,
      `hosts.capulet.example.admins.2 ${elsewhere}`,
    ]);
    for (const none of ['capulet.example', 'juliet@capulet.example/balcony', '@@', '']) {
      expect(problems([none]).join(), none).to.contain('expected an account such as');
    }
  });
});
