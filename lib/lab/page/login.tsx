import { useState } from 'preact/hooks';
import type { Lab } from './lab.ts';

/** Where there are no guests, somebody has to have an account. */
export function Login({ lab, onStart }: { readonly lab: Lab; readonly onStart: () => void }) {
  const [username, setUsername] = useState('');
  const [password, setPassword] = useState('');
  const begin = (event: Event): void => {
    event.preventDefault();
    lab.start({ username, password });
    onStart();
  };
  return (
    <form class="card login" onSubmit={begin}>
      <h2>Log in</h2>
      <p>
        This server has no guests. The lab opens several sessions of your account at <code>{lab.settings.domain}</code>,
        which write to themselves and to nobody else.
      </p>
      <label>
        Name
        <input
          required
          autocomplete="username"
          value={username}
          onInput={({ currentTarget }) => setUsername(currentTarget.value)}
        />
      </label>
      <label>
        Password
        <input
          required
          type="password"
          autocomplete="current-password"
          value={password}
          onInput={({ currentTarget }) => setPassword(currentTarget.value)}
        />
      </label>
      <button type="submit" class="main">
        Start
      </button>
    </form>
  );
}
