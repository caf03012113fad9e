"""Kerberos: the ticket of the engine's user, and what lets others act as that user for a while."""

import os
import re

from .failures import Failure, calling

_OVER = re.compile(r"can't be found|not found|InvalidToken|expired|doesn't exist", re.IGNORECASE)


def log_in(jvm, conf, kerberos, proxy_user=None):
    """Takes a ticket by the keytab, for all that this process asks, on behalf of another user where one is named.
    Answers whose it is."""
    users = jvm.org.apache.hadoop.security.UserGroupInformation
    users.setConfiguration(conf)
    users.loginUserFromKeytab(kerberos["principal"], kerberos["keytab"])
    login = users.getLoginUser()
    if proxy_user is not None:
        users.setLoginUser(users.createProxyUser(proxy_user, login))
    return login


def renew(login):
    """Takes another ticket when the one there is has little time left."""
    login.checkTGTAndReloginFromKeytab()


def write_tokens(jvm, conf, client, target, names):
    """Writes delegation tokens of the file system and of YARN into a new file, which nobody else can read. With them an
    application can be handed over, and nothing be had that the application does not have. Into the file `names` go the
    same without their passwords, which is enough to cancel them."""
    renewer = jvm.org.apache.hadoop.yarn.client.util.YarnClientUtils.getRmPrincipal(conf)
    credentials = jvm.org.apache.hadoop.security.Credentials()
    jvm.org.apache.hadoop.fs.FileSystem.get(conf).addDelegationTokens(renewer, credentials)
    service = jvm.org.apache.hadoop.yarn.client.ClientRMProxy.getRMDelegationTokenService(conf)
    asked = client.getRMDelegationToken(jvm.org.apache.hadoop.io.Text(renewer))
    token = jvm.org.apache.hadoop.yarn.util.ConverterUtils.convertFromYarn(asked, service)
    credentials.addToken(service, token)
    only_names = jvm.org.apache.hadoop.security.Credentials()
    for each in _tokens(jvm, credentials):
        named = jvm.org.apache.hadoop.security.token.Token(each.getIdentifier(), b"", each.getKind(), each.getService())
        only_names.addToken(each.getService(), named)
    if os.path.exists(names):
        os.remove(names)
    _write(jvm, conf, only_names, names)
    _write(jvm, conf, credentials, target)


def cancel_tokens(jvm, conf, names):
    """Cancels what was written down. One that YARN has cancelled with its application is fine."""
    path = jvm.org.apache.hadoop.fs.Path(f"file://{names}")
    fault = None
    for token in _tokens(jvm, jvm.org.apache.hadoop.security.Credentials.readTokenStorageFile(path, conf)):
        try:
            calling(lambda each=token: each.cancel(conf))
        except Failure as failure:
            if not _OVER.search(str(failure)):
                fault = failure
    if fault is not None:
        raise fault


def _tokens(jvm, credentials):
    return jvm.java.util.ArrayList(credentials.getAllTokens())


def _write(jvm, conf, credentials, target):
    os.close(os.open(target, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600))
    credentials.writeTokenStorageFile(jvm.org.apache.hadoop.fs.Path(f"file://{target}"), conf)
    os.chmod(target, 0o600)
