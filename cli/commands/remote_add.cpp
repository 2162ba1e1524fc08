#include <memory>

#include "base/text.hpp"
#include "cli/commands.hpp"
#include "cli/commands/remotes.hpp"
#include "cli/option_parser.hpp"
#include "project/remotes.hpp"

namespace mlo::cli {
namespace {

void print(Output& out, const project::RemoteAddReport& report) {
  out.line("added remote " + quoted(report.config.name) + ", " + report.config.url);
  if (report.probed && !report.traits.writable) out.line("it is read-only: fetch, not push");
  if (report.config.encrypt && report.config.key_file.empty() &&
      report.config.passphrase_file.empty()) {
    out.line("its pass phrase is taken from MLO_PASSPHRASE");
  }
  for (const std::string& file : report.files) {
    out.line("changed " + file +
             (file == "mlo.yaml" ? ", which git carries" : ", which git does not carry"));
  }
}

}  // namespace

Action declare_remote_add(OptionParser& parser) {
  auto options = std::make_shared<project::RemoteAddOptions>();
  auto no_probe = std::make_shared<bool>(false);
  auto chunking = std::make_shared<std::string>("content");
  parser.add_option("NAME", options->name, "what to call it").required();
  parser
      .add_option("URL", options->url,
                  "a directory, s3://BUCKET/PREFIX, ssh://[USER@]HOST/PATH, http(s)://HOST/PATH")
      .required();
  parser.add_flag("--default", options->is_default, "the one that commands without --remote use");
  parser.add_flag("--encrypt", options->encrypt, "encrypt everything that goes there");
  parser
      .add_option("--passphrase-file", options->passphrase_file,
                  "the pass phrase of --encrypt is in FILE")
      .value_name("FILE");
  parser
      .add_option("--key-file", options->key_file, "the key of --encrypt: FILE of 32 bytes or more")
      .value_name("FILE");
  parser.add_option("--chunking", *chunking, "content (default): cut large files by content; off")
      .value_name("HOW")
      .one_of({"content", "off"});
  parser.add_option("-j,--jobs", options->jobs, "transfers at a time")
      .value_name("N")
      .range(1, 256);
  parser.add_option("--endpoint", options->endpoint, "S3: http(s)://HOST[:PORT] of the server")
      .value_name("URL");
  parser.add_option("--region", options->region, "S3: the region of the bucket")
      .value_name("REGION");
  parser.add_option("--profile", options->profile, "S3: the profile of the AWS credentials file")
      .value_name("PROFILE");
  parser.add_option("--identity-file", options->identity_file, "SSH: the private key in FILE")
      .value_name("FILE");
  parser.add_option("--known-hosts-file", options->known_hosts_file, "SSH: known host keys in FILE")
      .value_name("FILE");
  parser.add_option("--ca-file", options->ca_file, "TLS: trust the certificates in FILE")
      .value_name("FILE");
  parser.add_flag("--no-probe", *no_probe, "do not try whether the remote can be used");
  return [options, no_probe, chunking](Context& context) {
    repo::Workspace workspace = repo::Workspace::open(context.env, context.directory);
    options->directory = context.directory;
    options->probe = !*no_probe;
    options->chunking_off = *chunking == "off";
    const project::RemoteAddReport report = project::add_remote(context.env, workspace, *options);
    if (context.json) {
      format::Value files = format::Value::array();
      for (const std::string& file : report.files) files.push(file);
      context.out.document(
          remote_json({report.config.name, report.config.url, report.config.is_default,
                       report.config.encrypt, report.config.chunking})
              .set("probed", report.probed)
              .set("writable", report.traits.writable)
              .set("files", files));
    } else {
      print(context.out, report);
    }
    return Exit::done;
  };
}

}  // namespace mlo::cli
