import { Tour } from '@mantine/core';
import '@mantine/core/styles/Tour.css';
import { useReducedMotion } from '@mantine/hooks';
import { useState } from 'react';

/** What is shown, beside the real thing. Each stands on the page whatever the state of the server. */
const steps = [
  {
    target: '[data-tour="server"] section',
    title: 'Your Jupyter server',
    text: 'Press Run Jupyter: JupyterLab opens in a new tab, with Python, PySpark, Spark and R. The configuration below says how much memory and how many cores it gets.',
  },
  {
    target: '[data-tour="applications"]',
    title: 'Running applications',
    text: 'The first cell of a Spark notebook starts a Spark application. It is shown here with its progress, Spark UI and log.',
  },
  {
    target: '[data-tour="notebooks"]',
    title: 'Recent notebooks',
    text: 'What you have run is kept here with its configuration. It opens with it again, and becomes a job that runs by itself.',
  },
  {
    target: '[aria-label="Guide to this page"]',
    title: 'Help',
    text: 'The question mark leads to the guide of each page. Ctrl K goes anywhere; the list of keys, which ? opens, has this tour again.',
  },
] as const;

/** The tour of the Jupyter page. `onEnd`: it was finished, or left. */
export function JupyterTour({ onEnd }: { onEnd: () => void }) {
  const [step, setStep] = useState(0);
  const still = useReducedMotion();
  return (
    <Tour
      active
      step={step}
      onStepChange={setStep}
      onClose={onEnd}
      maxWidth={320}
      // The library's own is too faint to read.
      styles={{ stepCounter: { color: 'var(--mantine-color-dimmed)' } }}
      {...(still ? { transitionProps: { duration: 0 }, stepTransitionDuration: 0 } : {})}
    >
      {steps.map(({ target, title, text }) => (
        <Tour.Step key={title} target={target} title={title}>
          {text}
        </Tour.Step>
      ))}
    </Tour>
  );
}
