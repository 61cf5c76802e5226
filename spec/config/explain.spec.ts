import { expect } from 'chai';
import { jsonSchema, optionDocs, type OptionDoc } from '../../lib/config/explain.ts';
import { completeConfig } from '../../lib/config/load.ts';

/** Every option of a configuration by its key, with all defaults. */
function keysOf(value: unknown, path: readonly string[] = []): string[] {
  const isMapping = typeof value === 'object' && value !== null && !Array.isArray(value);
  if (!isMapping || path.at(-1) === 'contacts') return [path.join('.').replace('hosts.localhost', 'hosts.<domain>')];
  return Object.entries(value).flatMap(([name, child]) => keysOf(child, [...path, name]));
}

function docOf(key: string): Omit<OptionDoc, 'key' | 'description'> | undefined {
  const found = optionDocs().find((doc) => doc.key === key);
  return found && { type: found.type, fallback: found.fallback };
}

describe('the explanation of the options', () => {
  it('has every option, and no other', () => {
    const tls = { cert: 'a', key: 'b' };
    const keys = keysOf(
      completeConfig({ hosts: { localhost: {} }, http: { tls }, tcp: { tls: { ...tls, client_ca: 'c' } } }),
    );
    expect(
      optionDocs()
        .map(({ key }) => key)
        .sort(),
    ).to.deep.equal(keys.sort());
  });

  for (const { key, description } of optionDocs()) {
    it(`says what ${key} is`, () => {
      expect(description).to.match(/^[A-Z].*[.)]$/);
    });
  }

  it('tells types and defaults in the words of the file', () => {
    expect(docOf('bosh.max_wait')).to.deep.equal({ type: 'a duration', fallback: '"50 s"' });
    expect(docOf('bosh.max_body')).to.deep.equal({ type: 'a size', fallback: '"256 KiB"' });
    expect(docOf('bosh.max_hold')).to.deep.equal({ type: 'whole number, 0 to 5', fallback: '1' });
    expect(docOf('log.level')).to.deep.equal({ type: 'debug, info, warn, error, silent', fallback: '"info"' });
    expect(docOf('http.listen')).to.deep.equal({ type: 'list of text', fallback: '["127.0.0.1:5280"]' });
    expect(docOf('http.cors_origins')).to.deep.equal({ type: '* or list of text', fallback: '"*"' });
    expect(docOf('http.tls.cert')).to.deep.equal({ type: 'text', fallback: 'none' });
    expect(docOf('bosh.ack')).to.deep.equal({ type: 'true or false', fallback: 'true' });
  });

  it('is a schema for editors, too', () => {
    expect(Object.keys(jsonSchema().properties ?? {})).to.include.members(['hosts', 'http', 'bosh', 'auth', 'storage']);
  });
});
