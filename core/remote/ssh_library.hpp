// libssh, loaded on first use. Only the transport and authentication: the SFTP protocol above it is
// sftp_protocol.hpp, as libssh 0.10 has no pipelining, no hard links and no say in how a rename is done.
#pragma once

#include <libssh/libssh.h>

namespace mlo::remote {

struct SshLibrary {
  decltype(&::ssh_new) new_session;
  decltype(&::ssh_free) free_session;
  decltype(&::ssh_options_set) options_set;
  decltype(&::ssh_options_parse_config) options_parse_config;
  decltype(&::ssh_connect) connect;
  decltype(&::ssh_disconnect) disconnect;
  decltype(&::ssh_get_error) get_error;
  decltype(&::ssh_session_is_known_server) is_known_server;
  decltype(&::ssh_userauth_none) userauth_none;
  decltype(&::ssh_userauth_publickey_auto) userauth_publickey_auto;
  decltype(&::ssh_channel_new) channel_new;
  decltype(&::ssh_channel_free) channel_free;
  decltype(&::ssh_channel_open_session) channel_open_session;
  decltype(&::ssh_channel_request_subsystem) channel_request_subsystem;
  decltype(&::ssh_channel_read_timeout) channel_read_timeout;
  decltype(&::ssh_channel_write) channel_write;
  decltype(&::ssh_channel_is_eof) channel_is_eof;
};

/// Throws failure, naming the package, where libssh is not installed. Thread-safe.
const SshLibrary& ssh_library();

}  // namespace mlo::remote
