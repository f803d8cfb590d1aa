/** Numbers of the system calls that audit rules watch, by the architecture that auditd writes (AUDIT_ARCH_*). */
const X86_64 =
  "0 read 1 write 2 open 3 close 9 mmap 10 mprotect 16 ioctl 21 access 32 dup 33 dup2 40 sendfile 41 socket 42 connect " +
  "43 accept 44 sendto 45 recvfrom 46 sendmsg 47 recvmsg 48 shutdown 49 bind 50 listen 53 socketpair 54 setsockopt " +
  "56 clone 57 fork 58 vfork 59 execve 60 exit 62 kill 72 fcntl 76 truncate 77 ftruncate 80 chdir 82 rename 83 mkdir " +
  "84 rmdir 85 creat 86 link 87 unlink 88 symlink 90 chmod 91 fchmod 92 chown 93 fchown 94 lchown 101 ptrace 105 setuid " +
  "106 setgid 109 setpgid 112 setsid 113 setreuid 114 setregid 116 setgroups 117 setresuid 119 setresgid 122 setfsuid " +
  "123 setfsgid 126 capset 133 mknod 135 personality 155 pivot_root 157 prctl 159 adjtimex 161 chroot 164 settimeofday " +
  "165 mount 166 umount2 167 swapon 169 reboot 170 sethostname 171 setdomainname 175 init_module 176 delete_module " +
  "188 setxattr 189 lsetxattr 190 fsetxattr 197 removexattr 198 lremovexattr 199 fremovexattr 200 tkill 227 clock_settime " +
  "231 exit_group 234 tgkill 246 kexec_load 248 add_key 250 keyctl 257 openat 258 mkdirat 259 mknodat 260 fchownat " +
  "263 unlinkat 264 renameat 265 linkat 266 symlinkat 268 fchmodat 269 faccessat 272 unshare 288 accept4 298 perf_event_open " +
  "303 name_to_handle_at 304 open_by_handle_at 307 sendmmsg 308 setns 310 process_vm_readv 311 process_vm_writev " +
  "313 finit_module 316 renameat2 317 seccomp 319 memfd_create 320 kexec_file_load 321 bpf 322 execveat 323 userfaultfd " +
  "425 io_uring_setup 434 pidfd_open 435 clone3 437 openat2 438 pidfd_getfd 439 faccessat2 452 fchmodat2";

const AARCH64 =
  "5 setxattr 6 lsetxattr 7 fsetxattr 14 removexattr 15 lremovexattr 16 fremovexattr 29 ioctl 33 mknodat 34 mkdirat " +
  "35 unlinkat 36 symlinkat 37 linkat 38 renameat 39 umount2 40 mount 41 pivot_root 45 truncate 46 ftruncate 48 faccessat " +
  "49 chdir 51 chroot 52 fchmod 53 fchmodat 54 fchownat 55 fchown 56 openat 57 close 63 read 64 write 91 capset " +
  "92 personality 93 exit 94 exit_group 97 unshare 104 kexec_load 105 init_module 106 delete_module 112 clock_settime " +
  "117 ptrace 129 kill 130 tkill 131 tgkill 142 reboot 143 setregid 144 setgid 145 setreuid 146 setuid 147 setresuid " +
  "149 setresgid 151 setfsuid 152 setfsgid 154 setpgid 157 setsid 159 setgroups 161 sethostname 162 setdomainname " +
  "167 prctl 170 settimeofday 171 adjtimex 198 socket 199 socketpair 200 bind 201 listen 202 accept 203 connect 206 sendto " +
  "207 recvfrom 208 setsockopt 211 sendmsg 212 recvmsg 217 add_key 219 keyctl 220 clone 221 execve 222 mmap 226 mprotect " +
  "241 perf_event_open 242 accept4 265 open_by_handle_at 268 setns 269 sendmmsg 270 process_vm_readv 271 process_vm_writev " +
  "273 finit_module 276 renameat2 277 seccomp 279 memfd_create 280 bpf 281 execveat 282 userfaultfd 294 kexec_file_load " +
  "425 io_uring_setup 434 pidfd_open 435 clone3 437 openat2 438 pidfd_getfd 439 faccessat2 452 fchmodat2";

const I386 =
  "1 exit 2 fork 3 read 4 write 5 open 8 creat 9 link 10 unlink 11 execve 12 chdir 14 mknod 15 chmod 16 lchown 21 mount " +
  "23 setuid 26 ptrace 33 access 37 kill 38 rename 39 mkdir 40 rmdir 46 setgid 52 umount2 61 chroot 66 setsid 70 setreuid " +
  "71 setregid 74 sethostname 83 symlink 88 reboot 92 truncate 93 ftruncate 94 fchmod 95 fchown 102 socketcall 120 clone " +
  "128 init_module 129 delete_module 164 setresuid 170 setresgid 172 prctl 182 chown 190 vfork 198 lchown 203 setreuid " +
  "207 fchown 208 setresuid 210 setresgid 212 chown 213 setuid 214 setgid 226 setxattr 227 lsetxattr 228 fsetxattr " +
  "235 removexattr 252 exit_group 270 tgkill 295 openat 296 mkdirat 297 mknodat 298 fchownat 301 unlinkat 302 renameat " +
  "303 linkat 304 symlinkat 306 fchmodat 310 unshare 346 setns 347 process_vm_readv 348 process_vm_writev 350 finit_module " +
  "353 renameat2 356 memfd_create 357 bpf 358 execveat 359 socket 361 bind 362 connect 363 listen 364 accept4 369 sendto " +
  "435 clone3 437 openat2";

const ARCHITECTURES: Readonly<Record<string, { readonly name: string; readonly calls: ReadonlyMap<string, string> }>> =
  {
    c000003e: { name: "x86_64", calls: byNumber(X86_64) },
    c00000b7: { name: "aarch64", calls: byNumber(AARCH64) },
    "40000003": { name: "i386", calls: byNumber(I386) },
  };

/** The name of a system call; its number where it is not among those known. */
export function syscallName(arch: string | undefined, number: string): string {
  return /^\d+$/.test(number) ? (ARCHITECTURES[arch ?? ""]?.calls.get(number) ?? number) : number;
}

/** The name of an architecture; as written where it is not known. */
export function architectureName(arch: string): string {
  return ARCHITECTURES[arch]?.name ?? arch;
}

function byNumber(list: string): ReadonlyMap<string, string> {
  const words = list.split(" ");
  const calls = new Map<string, string>();
  for (let at = 0; at + 1 < words.length; at += 2) calls.set(words[at] ?? "", words[at + 1] ?? "");
  return calls;
}
