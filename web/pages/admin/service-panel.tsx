import { useEffect } from 'preact/hooks';
import { readChecks, readService } from '../../api/admin.js';
import type { Check, ServiceInfo } from '../../api/types.js';
import { Icon } from '../../parts/icon.js';
import { Panel, PanelState } from '../../parts/panel.js';
import { distanceOf, momentOf } from '../../parts/time.js';
import { useAnswer } from '../../parts/use-answer.js';
import { nameOfCheck, stateOfCheck, summaryOf } from './check-words.js';

const POLL_MS = 15_000;

const DATABASES = { sqlite: 'SQLite', postgres: 'PostgreSQL' } as const;
const STORAGES = { disk: 'on disk', s3: 'in S3' } as const;
const REGISTRATIONS = { open: 'open to everybody', invite: 'by invitation', closed: 'closed' } as const;

/** Whether every part of the service works, and what runs. */
export function ServicePanel() {
  const info = useAnswer(readService, []);
  const checks = useAnswer(readChecks, []);
  useEffect(() => {
    const timer = setInterval(() => document.visibilityState === 'visible' && checks.again(), POLL_MS);
    return () => clearInterval(timer);
  }, [checks.again]);
  return (
    <Panel
      title="Service"
      text={checks.value === null ? 'Its parts, and what runs.' : summaryOf(checks.value)}
    >
      <PanelState waiting={checks.value === null} error={checks.error} retry={checks.again} />
      {checks.value !== null && (
        <ul class="checks" aria-label="Checks">
          {checks.value.map((check) => (
            <CheckItem key={check.name} check={check} />
          ))}
        </ul>
      )}
      <PanelState waiting={info.value === null} error={info.error} retry={info.again} />
      {info.value !== null && <Facts info={info.value} />}
    </Panel>
  );
}

function CheckItem({ check }: { readonly check: Check }) {
  return (
    <li class={check.status}>
      <Icon name={check.status === 'ok' ? 'check' : 'notice'} />
      <p>
        {nameOfCheck(check)}{' '}
        <span class={check.status === 'ok' ? 'unseen' : 'small'}>{stateOfCheck(check)}</span>
      </p>
    </li>
  );
}

function Facts({ info }: { readonly info: ServiceInfo }) {
  return (
    <dl class="facts">
      <dt>Version</dt>
      <dd>
        {info.version}, on Node.js {info.node}
      </dd>
      <dt>Database</dt>
      <dd>
        {DATABASES[info.database]} {info.database_version}
      </dd>
      <dt>Files</dt>
      <dd>
        {STORAGES[info.storage]}, {info.encrypted ? 'encrypted at rest' : 'not encrypted at rest'}
      </dd>
      <dt>Registration</dt>
      <dd>{REGISTRATIONS[info.registration]}</dd>
      <dt>Mail</dt>
      <dd>{info.mail ? 'is sent' : 'is not sent'}</dd>
      <dt>Answered by</dt>
      <dd>
        {info.instance}, started{' '}
        <time dateTime={info.started} title={momentOf(info.started)}>
          {distanceOf(info.started)}
        </time>
      </dd>
    </dl>
  );
}
