import { each } from '../mistaken.ts';

each([
  {
    name: 'what happens at a limit that is not set',
    from: 'units:',
    to: `journal:
  atLimit: block
units:`,
    want: ['4:12: journal.atLimit is set and there is no limitMb', '  set limitMb, or leave atLimit out'],
  },
  {
    name: 'what happens at the limit, unknown',
    from: 'units:',
    to: `journal: { limitMb: 500, atLimit: drop }
units:`,
    want: [
      '3:35: journal.atLimit "drop" is unknown; did you mean "dropOldest"?',
      '  known values: grow, block, dropOldest',
    ],
  },
  {
    name: 'limit that is too small',
    from: 'units:',
    to: `journal: { limitMb: 1 }
units:`,
    want: ['3:21: journal.limitMb: expected at least 16, found 1'],
  },
  {
    name: 'ids that are forgotten before their events',
    from: 'units:',
    to: `journal:
  keep: { ids: 60 }
units:`,
    want: [
      '4:16: journal.keep.ids: expected at least the 90 days that events are kept, found 60',
      '  what a device sends again after its id is forgotten would be a new event',
    ],
  },
  {
    name: 'nothing kept',
    from: 'units:',
    to: `journal:
  keep: { delivered: 0 }
units:`,
    want: ['4:22: journal.keep.delivered: expected at least 1, found 0'],
  },
  {
    name: 'too many backups',
    from: 'units:',
    to: `journal: { backups: 91 }
units:`,
    want: ['3:21: journal.backups: expected at most 90, found 91'],
  },
]);
