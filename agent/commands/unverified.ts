import type { Configuration } from '../../config/configuration.ts';
import type { Text } from '../../drivers/base/language.ts';

/** What a person must know of the webhooks whose format nobody has compared with the real thing; absent without any. */
export function unverifiedNote({
  webhooks,
}: Pick<Configuration, 'webhooks'>):
  | { readonly webhooks: readonly string[]; readonly text: Text }
  | undefined {
  const ids = webhooks.filter(({ format }) => format.name === 'pacto-plano').map(({ id }) => id);
  if (ids.length === 0) return undefined;
  const list = ids.join(', ');
  return {
    webhooks: ids,
    text: {
      en: `format pacto-plano (${list}) is unverified: nobody has compared it with a real capture from Pacto yet`,
      'pt-BR': `o formato pacto-plano (${list}) não foi verificado: ninguém ainda o comparou com uma captura real da Pacto`,
    },
  };
}
