import { IsOptional, Matches } from 'class-validator';
import { OpenShareInput } from '../grants/open-share.input.js';
import { SHARE_TOKEN } from '../links/share-token.js';

/** The form of a page of a link. */
export class PressedPage extends OpenShareInput {
  /** Random, of the page: two presses on one page have the same. */
  @IsOptional()
  @Matches(SHARE_TOKEN)
  readonly opening?: string;
}
