import { Option } from 'commander';

/** Where servers answer operators when they are told nothing else. */
export const geoAdminDefault = '127.0.0.1:7900';
export const ringAdminDefault = '127.0.0.1:7800';

/** Where the geo server is that an operator asks. */
export function geoAdminOption(): Option {
  return new Option('--admin <host:port>', 'the admin port of the server')
    .env('ATOLL_ADMIN')
    .default(geoAdminDefault);
}

/** The same for a server of the ring. */
export function ringAdminOption(): Option {
  return new Option('--admin <host:port>', 'the admin port of the server')
    .env('ATOLL_RING_ADMIN')
    .default(ringAdminDefault);
}
