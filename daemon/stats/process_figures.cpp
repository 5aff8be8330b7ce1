#include "daemon/stats/process_figures.h"

#include <sys/resource.h>
#include <sys/stat.h>
#include <unistd.h>

#include <fstream>

namespace howdah::stats {

namespace {

double seconds(const timeval& time) {
  constexpr double kMicroseconds = 1e6;
  return static_cast<double>(time.tv_sec) + static_cast<double>(time.tv_usec) / kMicroseconds;
}

std::uint64_t resident_bytes() {
  std::ifstream file("/proc/self/statm");
  std::uint64_t size_pages = 0;
  std::uint64_t resident_pages = 0;
  file >> size_pages >> resident_pages;
  return resident_pages * static_cast<std::uint64_t>(sysconf(_SC_PAGESIZE));
}

// Counting the entries would take milliseconds with many clients; newer kernels say it as the size.
std::uint64_t open_descriptors() {
  struct stat folder{};
  return stat("/proc/self/fd", &folder) == 0 ? static_cast<std::uint64_t>(folder.st_size) : 0;
}

}  // namespace

ProcessFigures read_process_figures() {
  rusage usage{};
  getrusage(RUSAGE_SELF, &usage);
  rlimit descriptors{};
  getrlimit(RLIMIT_NOFILE, &descriptors);
  return {.cpu_seconds = seconds(usage.ru_utime) + seconds(usage.ru_stime),
          .resident_bytes = resident_bytes(),
          .open_descriptors = open_descriptors(),
          .most_descriptors = descriptors.rlim_cur};
}

}  // namespace howdah::stats
