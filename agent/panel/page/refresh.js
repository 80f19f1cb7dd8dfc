import { get } from '/api.js';
import { state, update } from '/store.js';
import { speak } from '/words.js';

const FRESH_MS = 2_000;
const RECENT = 20;

/** Asks for everything that the page shows, but pictures. */
export async function refresh() {
  try {
    const session = await get('/api/session');
    if (session.mustSignIn && !session.signedIn) {
      const dialogue = state.dialogue ?? { kind: 'signIn' };
      update({ session, overview: undefined, recent: [], statistics: undefined, dialogue });
      return;
    }
    const [overview, recent, parked, audit] = await Promise.all([
      get('/api/overview'),
      get(`/api/accesses?limit=${RECENT}`),
      get('/api/parked?limit=50'),
      get('/api/audit?limit=20'),
    ]);
    speak(overview.language);
    update({ session, overview, recent, parked, audit, isLost: false });
    listen();
  } catch {
    update({ isLost: true });
  }
}

let source;

/** New accesses; the browser connects again by itself. */
function listen() {
  if (source !== undefined) return;
  source = new EventSource('/api/feed');
  source.addEventListener('access', ({ data }) => {
    const access = JSON.parse(data);
    const others = state.recent.filter(({ id }) => id !== access.id);
    update({ recent: [access, ...others].slice(0, RECENT), fresh: access.id });
    setTimeout(() => {
      if (state.fresh === access.id) update({ fresh: undefined });
    }, FRESH_MS);
  });
  // Refused for good, for example after the session ended: try again with the next overview.
  source.addEventListener('error', () => {
    if (source.readyState !== EventSource.CLOSED) return;
    source = undefined;
  });
}
