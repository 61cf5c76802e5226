import { useEffect, useState } from 'preact/hooks';

export type Theme = 'light' | 'dark';

const DARK = matchMedia('(prefers-color-scheme: dark)');
const KEY = 'holdfast-lab-theme';

/** What the reader chose, or else what the system says. */
export function useTheme(): [Theme, (theme: Theme) => void] {
  const [chosen, choose] = useState(() => localStorage.getItem(KEY));
  const [isDark, setDark] = useState(DARK.matches);
  useEffect(() => {
    const follow = (): void => setDark(DARK.matches);
    DARK.addEventListener('change', follow);
    return () => DARK.removeEventListener('change', follow);
  }, []);
  const theme = chosen === 'light' || chosen === 'dark' ? chosen : isDark ? 'dark' : 'light';
  document.documentElement.dataset['theme'] = theme;
  const keep = (next: Theme): void => {
    localStorage.setItem(KEY, next);
    choose(next);
  };
  return [theme, keep];
}

export function ThemeButton({ theme, onChange }: { readonly theme: Theme; readonly onChange: (theme: Theme) => void }) {
  const other = theme === 'dark' ? 'light' : 'dark';
  return (
    <button type="button" class="quiet" onClick={() => onChange(other)}>
      {theme === 'dark' ? '☀' : '☾'} {other === 'dark' ? 'Dark' : 'Light'}
    </button>
  );
}
