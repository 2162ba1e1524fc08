#include "remote/ssh_connection.hpp"

#include <algorithm>

#include "base/error.hpp"
#include "base/text.hpp"
#include "remote/retry.hpp"
#include "remote/sigpipe.hpp"
#include "remote/ssh_library.hpp"
#include "remote/url.hpp"

namespace mlo::remote {
namespace {

constexpr long kConnectSeconds = 20;
constexpr int kSilentSeconds = 60;
// How often a wait looks for a signal.
constexpr int kStepMilliseconds = 200;
// libssh blocks while the window is closed: no more than a server's window at once.
constexpr size_t kWritePiece = 256 << 10;

}  // namespace

struct SshConnection::Impl {
  Env& env;
  const RemoteConfig& config;
  Url url;
  ssh_session session = nullptr;
  ssh_channel channel = nullptr;

  ~Impl() {
    const SshLibrary& lib = ssh_library();
    SigpipeBlock block;
    if (channel != nullptr) lib.channel_free(channel);
    if (session == nullptr) return;
    lib.disconnect(session);
    lib.free_session(session);
  }

  std::string error() const { return printable(ssh_library().get_error(session)).substr(0, 300); }
  /// host or host:port, for messages.
  std::string place() const {
    return url.host + (url.port == 0 ? "" : ":" + std::to_string(url.port));
  }
  void set(ssh_options_e option, const void* value) {
    if (ssh_library().options_set(session, option, value) != SSH_OK) {
      throw failure("libssh refuses an option for " + quoted(place()) + ": " + error());
    }
  }
  void configure();
  void connect();
  void check_host_key();
  void authenticate();
  void open_channel();
};

void SshConnection::Impl::configure() {
  const SshLibrary& lib = ssh_library();
  session = lib.new_session();
  if (session == nullptr) throw failure("libssh does not start");
  std::string host = url.host;
  if (host.starts_with('[')) host = host.substr(1, host.size() - 2);
  set(SSH_OPTIONS_HOST, host.c_str());
  if (!url.user.empty()) set(SSH_OPTIONS_USER, url.user.c_str());
  // The home of Env, as everywhere; libssh itself would ask the password file.
  std::string home = env.variables.get("HOME").value_or("");
  if (!home.empty()) {
    std::string directory = home + "/.ssh";
    set(SSH_OPTIONS_SSH_DIR, directory.c_str());
    std::string file = directory + "/config";
    lib.options_parse_config(session, file.c_str());
  }
  lib.options_parse_config(session, "/etc/ssh/ssh_config");
  int no = 0;
  set(SSH_OPTIONS_PROCESS_CONFIG, &no);
  // What the remote says wins over the files, which libssh reads with the first value winning.
  unsigned port = url.port;
  if (port != 0) set(SSH_OPTIONS_PORT, &port);
  if (!url.user.empty()) set(SSH_OPTIONS_USER, url.user.c_str());
  if (!config.known_hosts_file.empty()) {
    std::string file = expand_home(env.variables, config.known_hosts_file);
    set(SSH_OPTIONS_KNOWNHOSTS, file.c_str());
  }
  if (!config.identity_file.empty()) {
    std::string file = expand_home(env.variables, config.identity_file);
    set(SSH_OPTIONS_ADD_IDENTITY, file.c_str());
  }
  long seconds = kConnectSeconds;
  set(SSH_OPTIONS_TIMEOUT, &seconds);
  int yes = 1;
  set(SSH_OPTIONS_NODELAY, &yes);
}

void SshConnection::Impl::connect() {
  SigpipeBlock block;
  if (ssh_library().connect(session) != SSH_OK) throw ConnectionLost(error());
}

void SshConnection::Impl::check_host_key() {
  std::string scan =
      "ssh-keyscan " + (url.port == 0 ? "" : "-p " + std::to_string(url.port) + " ") + url.host;
  switch (ssh_library().is_known_server(session)) {
    case SSH_KNOWN_HOSTS_OK:
      return;
    case SSH_KNOWN_HOSTS_CHANGED:
    case SSH_KNOWN_HOSTS_OTHER:
      throw failure("the host " + quoted(place()) + " shows another key than the known one",
                    "somebody may be listening in; if the server was set up anew: ssh-keygen -R " +
                        url.host + ", then " + scan);
    case SSH_KNOWN_HOSTS_NOT_FOUND:
    case SSH_KNOWN_HOSTS_UNKNOWN:
      throw failure("the key of the host " + quoted(place()) + " is not known",
                    scan + " >> ~/.ssh/known_hosts, after comparing the key with the server's");
    default:
      throw ConnectionLost("cannot check the host's key: " + error());
  }
}

void SshConnection::Impl::authenticate() {
  const SshLibrary& lib = ssh_library();
  SigpipeBlock block;
  int code = lib.userauth_none(session, nullptr);
  // The agent first, then the identity files; one that wants a pass phrase is passed over.
  if (code != SSH_AUTH_SUCCESS && code != SSH_AUTH_ERROR) {
    code = lib.userauth_publickey_auto(session, nullptr, "");
  }
  if (code == SSH_AUTH_SUCCESS) return;
  if (code == SSH_AUTH_ERROR && error().find("ocket") != std::string::npos) {
    throw ConnectionLost(error());
  }
  throw failure("the host " + quoted(place()) + " accepts none of the keys at hand",
                "ssh-add the key, or set 'identity_file' in .mlo/config.yaml; passwords and pass "
                "phrases are not asked for");
}

void SshConnection::Impl::open_channel() {
  const SshLibrary& lib = ssh_library();
  SigpipeBlock block;
  channel = lib.channel_new(session);
  if (channel == nullptr || lib.channel_open_session(channel) != SSH_OK) {
    throw ConnectionLost(error());
  }
  if (lib.channel_request_subsystem(channel, "sftp") != SSH_OK) {
    throw failure("the host " + quoted(place()) + " has no sftp: " + error());
  }
}

SshConnection::SshConnection(Env& env, const RemoteConfig& config)
    : impl_(new Impl{env, config, parse_url(config.url)}) {
  impl_->configure();
  impl_->connect();
  impl_->check_host_key();
  impl_->authenticate();
  impl_->open_channel();
}

SshConnection::~SshConnection() = default;

void SshConnection::write(std::string_view bytes) {
  SigpipeBlock block;
  while (!bytes.empty()) {
    impl_->env.check_cancelled();
    size_t piece = std::min(bytes.size(), kWritePiece);
    int wrote =
        ssh_library().channel_write(impl_->channel, bytes.data(), static_cast<uint32_t>(piece));
    if (wrote <= 0) throw ConnectionLost("the connection was cut: " + impl_->error());
    bytes.remove_prefix(static_cast<size_t>(wrote));
  }
}

void SshConnection::read(char* into, size_t size) {
  SigpipeBlock block;
  int silent = 0;
  while (size > 0) {
    impl_->env.check_cancelled();
    int got = ssh_library().channel_read_timeout(
        impl_->channel, into, static_cast<uint32_t>(std::min<size_t>(size, 1 << 20)), 0,
        kStepMilliseconds);
    if (got < 0 && got != SSH_AGAIN) {
      throw ConnectionLost("the connection was cut: " + impl_->error());
    }
    if (got <= 0) {
      if (ssh_library().channel_is_eof(impl_->channel) != 0) {
        throw ConnectionLost("the server ended the connection");
      }
      silent += kStepMilliseconds;
      if (silent > kSilentSeconds * 1000) throw ConnectionLost("the server does not answer");
      continue;
    }
    silent = 0;
    into += got;
    size -= static_cast<size_t>(got);
  }
}

}  // namespace mlo::remote
