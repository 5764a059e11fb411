import { Inject, Injectable } from '@nestjs/common';
import { addressBlock } from '../../common/access/address-block.js';
import { MasterKeys } from '../../encryption/master-keys.js';

/** How counters of wrong passwords name addresses: by their network, and in an encrypted installation by its keyed hash. */
@Injectable()
export class CountedAddresses {
  constructor(@Inject(MasterKeys) private readonly keys: MasterKeys | null) {}

  of(ip: string): string {
    const block = addressBlock(ip);
    return this.keys === null ? block : this.keys.hash('address').of(block);
  }
}
