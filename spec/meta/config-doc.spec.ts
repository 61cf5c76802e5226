import { readFileSync } from 'node:fs';
import { expect } from 'chai';
import { configPage, PAGE } from '../../scripts/config-doc.ts';

describe('docs/reference/config.md', () => {
  it('is what "npm run docs:config" makes of the schema', () => {
    expect(readFileSync(PAGE, 'utf8')).to.equal(configPage());
  });

  it('has every section and option', () => {
    expect(configPage())
      .to.contain('\n## hosts\n')
      .and.contain('| `http.listen` |')
      .and.contain('| `shutdown.drain` |');
  });
});
