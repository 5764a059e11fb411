import { Module } from '@nestjs/common';
import { TypeOrmModule } from '@nestjs/typeorm';
import { PasswordsModule } from '../auth/passwords/passwords.module.js';
import { FilesModule } from '../files/files.module.js';
import { GrantEndings } from './grants/grant-endings.js';
import { GrantedContents } from './grants/granted-contents.js';
import { GrantedDownloads } from './grants/granted-downloads.js';
import { GrantsController } from './grants/grants.controller.js';
import { Grants } from './grants/grants.service.js';
import { ShareGrant } from './grants/share-grant.entity.js';
import { SharePasswords } from './grants/share-passwords.js';
import { SharedFiles } from './grants/shared-files.js';
import { FileSharesController } from './links/file-shares.controller.js';
import { LivingLinks } from './links/living-links.js';
import { NewShares } from './links/new-shares.js';
import { OwnShares } from './links/own-shares.js';
import { ShareLink } from './links/share-link.entity.js';
import { SharesController } from './links/shares.controller.js';
import { SharePageController } from './page/share-page.controller.js';
import { SharePages } from './page/share-pages.js';

@Module({
  imports: [FilesModule, PasswordsModule, TypeOrmModule.forFeature([ShareLink, ShareGrant])],
  controllers: [FileSharesController, SharesController, GrantsController, SharePageController],
  providers: [
    NewShares,
    OwnShares,
    LivingLinks,
    SharedFiles,
    SharePasswords,
    Grants,
    GrantedContents,
    GrantedDownloads,
    GrantEndings,
    SharePages,
  ],
})
export class SharesModule {}
