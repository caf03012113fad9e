"""Kerberos: the ticket of the engine's user, and what lets others act as that user for a while."""

import os


def log_in(jvm, conf, kerberos):
    """Takes a ticket by the keytab, for all that this process asks."""
    users = jvm.org.apache.hadoop.security.UserGroupInformation
    users.setConfiguration(conf)
    users.loginUserFromKeytab(kerberos["principal"], kerberos["keytab"])


def renew(jvm):
    """Takes another ticket when the one there is has little time left."""
    jvm.org.apache.hadoop.security.UserGroupInformation.getLoginUser().checkTGTAndReloginFromKeytab()


def write_tokens(jvm, conf, client, target):
    """Writes delegation tokens of the file system and of YARN into a new file, which nobody else can read. With them an
    application can be handed over, and nothing be had that the application does not have."""
    renewer = jvm.org.apache.hadoop.yarn.client.util.YarnClientUtils.getRmPrincipal(conf)
    credentials = jvm.org.apache.hadoop.security.Credentials()
    jvm.org.apache.hadoop.fs.FileSystem.get(conf).addDelegationTokens(renewer, credentials)
    service = jvm.org.apache.hadoop.yarn.client.ClientRMProxy.getRMDelegationTokenService(conf)
    asked = client.getRMDelegationToken(jvm.org.apache.hadoop.io.Text(renewer))
    token = jvm.org.apache.hadoop.yarn.util.ConverterUtils.convertFromYarn(asked, service)
    credentials.addToken(service, token)
    os.close(os.open(target, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600))
    credentials.writeTokenStorageFile(jvm.org.apache.hadoop.fs.Path(f"file://{target}"), conf)
    os.chmod(target, 0o600)
