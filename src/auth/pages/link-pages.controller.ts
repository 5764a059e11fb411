import { Controller, Get, Res } from '@nestjs/common';
import { ApiExcludeController } from '@nestjs/swagger';
import type { Response } from 'express';
import { Public } from '../../common/access/public.js';
import { sendPage } from '../../pages/page.js';
import { LINK_SCRIPT } from './link-script.js';
import { RESET_PAGE, VERIFY_PAGE } from './link-pages.js';

/** Pages for people who open a mailed link. The API document is for programs and does not have them. */
@ApiExcludeController()
@Public()
@Controller()
export class LinkPagesController {
  @Get('reset')
  reset(@Res() response: Response): void {
    sendPage(response, 200, RESET_PAGE, { script: LINK_SCRIPT });
  }

  @Get('verify')
  verify(@Res() response: Response): void {
    sendPage(response, 200, VERIFY_PAGE, { script: LINK_SCRIPT });
  }
}
