import { styleText } from 'node:util';

type Style = Parameters<typeof styleText>[0];

/** Colours a text where `stream` is a terminal and NO_COLOR is not set; elsewhere it stays as it is. */
export function paint(style: Style, text: string, stream: NodeJS.WriteStream = process.stdout): string {
  return styleText(style, text, { stream, validateStream: true });
}
