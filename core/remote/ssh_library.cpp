#include "remote/ssh_library.hpp"

#include "remote/shared_library.hpp"

namespace mlo::remote {
namespace {

SshLibrary load() {
  SharedLibrary library({"libssh.so.4", "libssh-gcrypt.so.4"},
                        "install libssh (Debian: apt install libssh-4)");
  SshLibrary ssh;
  library.find(ssh.new_session, "ssh_new");
  library.find(ssh.free_session, "ssh_free");
  library.find(ssh.options_set, "ssh_options_set");
  library.find(ssh.options_parse_config, "ssh_options_parse_config");
  library.find(ssh.connect, "ssh_connect");
  library.find(ssh.disconnect, "ssh_disconnect");
  library.find(ssh.get_error, "ssh_get_error");
  library.find(ssh.is_known_server, "ssh_session_is_known_server");
  library.find(ssh.userauth_none, "ssh_userauth_none");
  library.find(ssh.userauth_publickey_auto, "ssh_userauth_publickey_auto");
  library.find(ssh.channel_new, "ssh_channel_new");
  library.find(ssh.channel_free, "ssh_channel_free");
  library.find(ssh.channel_open_session, "ssh_channel_open_session");
  library.find(ssh.channel_request_subsystem, "ssh_channel_request_subsystem");
  library.find(ssh.channel_read_timeout, "ssh_channel_read_timeout");
  library.find(ssh.channel_write, "ssh_channel_write");
  library.find(ssh.channel_is_eof, "ssh_channel_is_eof");
  return ssh;
}

}  // namespace

const SshLibrary& ssh_library() {
  static const SshLibrary ssh = load();
  return ssh;
}

}  // namespace mlo::remote
