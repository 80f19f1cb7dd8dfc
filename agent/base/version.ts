import project from '../../package.json' with { type: 'json' };

/** The running version, as in `origem.agenteVersao` and the user-agent. */
export const version: string = project.version;
