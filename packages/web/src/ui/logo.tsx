/** The flame. Decorative: the name stands beside it. */
export function Flame({ size = 22 }: { size?: number }) {
  return (
    <svg width={size} height={size} viewBox="0 0 32 32" aria-hidden="true" focusable="false">
      <path
        d="M16.8 2c1 4.8-1.1 7.3-3.7 10C10.300 14.900 7 17.5 7 21.8c0 5.100 4 8.700 9 8.700s9-3.600 9-8.700c0-3.300-1.500-6.200-3.600-8.500-.3 2-1 3.300-2.300 4.300C19.700 11.600 20 6 16.800 2Z"
        fill="#ea580c"
      />
      <path
        d="M16.2 18.2c.4 2.200-.7 3.400-1.8 4.700-.8.9-1.400 1.900-1.400 3.100 0 1.900 1.400 3.200 3.200 3.200s3.200-1.300 3.200-3.200c0-2.700-2.200-4.400-3.200-7.800Z"
        fill="#fed7aa"
      />
    </svg>
  );
}
