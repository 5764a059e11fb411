// What the service answers, as its document describes it. The types are those of the client that is generated from it.
import type {
  AuditEntryResponse,
  FactorResponse,
  FactorsResponse,
  FileResponse,
  InclusionProofResponse,
  InvitationResponse,
  KeyResponse,
  ListedUserResponse,
  LogKeyResponse,
  NewInvitationResponse,
  NewKeyResponse,
  NewShareResponse,
  NewTotpResponse,
  ProfileResponse,
  ReadyCheck,
  ResumableUploadResponse,
  ServiceInfoResponse,
  SessionResponse,
  ShareResponse,
  SignInResponse,
  StorageResponse,
  TrashedFileResponse,
  UserResponse,
  VersionResponse,
} from '../../clients/typescript/src/generated/types.gen.js';

export type User = UserResponse;
export type Role = User['roles'][number];
export type Profile = ProfileResponse;
/** Bytes. `quota` is null without a limit. */
export type StorageUse = StorageResponse;
/** The refresh token of a console is in a cookie. */
export type SignedIn = Omit<SignInResponse, 'refresh_token'>;

export type StoredFile = FileResponse;
export type TrashedFile = TrashedFileResponse;
export type Version = VersionResponse;
/** What was stored under a name: a file, or a version of one. */
export type Content = Pick<StoredFile & Version, keyof StoredFile & keyof Version>;
export type Share = ShareResponse;
export type NewShare = NewShareResponse;
export type UnfinishedUpload = ResumableUploadResponse;

/** An entry of the trail. */
export type Entry = AuditEntryResponse;
export type LogKey = Omit<LogKeyResponse, 'algorithm'>;
/** The hash of the entry is computed, not believed. */
export type InclusionProof = Omit<InclusionProofResponse, 'leaf_hash'>;

export type Factor = FactorResponse;
export type Factors = FactorsResponse;
export type NewTotp = NewTotpResponse;
export type Session = SessionResponse;
export type ApiKey = KeyResponse;
export type NewApiKey = NewKeyResponse;

/** A user as admins see them. `disabled` is since when, or null. */
export type ListedUser = ListedUserResponse;
export type Invitation = InvitationResponse;
export type NewInvitation = NewInvitationResponse;
/** Whether a part of the service works. */
export type Check = ReadyCheck;
export type ServiceInfo = ServiceInfoResponse;
