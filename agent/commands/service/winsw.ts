/** What a Windows service of Giro runs. */
export interface WindowsService {
  /** node.exe. */
  readonly node: string;
  /** The program's entry. */
  readonly main: string;
  readonly config: string;
}

/** The settings of WinSW 2, the service wrapper: it reads them from the file beside it that has its name. */
export function wrapperSettings({ node, main, config }: WindowsService): string {
  const elements = [
    ...['id', 'name'].map((name) => element(name, 'giro')),
    element('description', 'Turnstile gateway'),
    element('executable', node),
    ...[main, 'run', '--config', config].map((argument) => element('argument', argument)),
    element('startmode', 'Automatic'),
    // Longer and longer, as the unit does on Linux; WinSW repeats the last one.
    ...['2 sec', '10 sec', '60 sec'].map((delay) => `<onfailure action="restart" delay="${delay}"/>`),
    element('resetfailure', '1 hour'),
    // WinSW sends Ctrl-C first, which Giro takes as the end: it finishes what it heard.
    element('stoptimeout', '30 sec'),
    '<log mode="roll-by-size">\n    <sizeThreshold>10240</sizeThreshold>\n    <keepFiles>8</keepFiles>\n  </log>',
  ];
  return `<service>\n${elements.map((text) => `  ${text}\n`).join('')}</service>\n`;
}

function element(name: string, value: string): string {
  return `<${name}>${value.replaceAll('&', '&amp;').replaceAll('<', '&lt;')}</${name}>`;
}
